#pragma once

#include "net/base/assert.hpp"
#include "net/base/bytes.hpp"
#include "net/base/time.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace troupe::net {

class buffer_pool;

/// One datagram's octets: fixed capacity, reference-counted, without allocation
/// once its pool is warm. Written by its first owner, read-only once shared.
class buffer {
public:
  /// The capacity in octets: a datagram within an Ethernet MTU and a margin to
  /// append tags. The socket's reader drops longer datagrams. A pool may give
  /// its buffers a smaller capacity.
  static constexpr size_t capacity = 1600;

  mutable_byte_span storage() {
    return {data(), storage_size_};
  }

  mutable_byte_span bytes() {
    return {data(), size_};
  }

  byte_span bytes() const {
    return {data(), size_};
  }

  size_t size() const {
    return size_;
  }

  void resize(size_t n) {
    TROUPE_ASSERT(n <= storage_size_);
    size_ = static_cast<uint16_t>(n);
  }

private:
  friend class buffer_ptr;
  friend class buffer_pool;

  buffer(buffer_pool* pool, uint16_t storage_size)
      : storage_size_(storage_size)
      , pool_(pool) {}

  // The octets follow this object: see buffer_pool.
  uint8_t* data() {
    return reinterpret_cast<uint8_t*>(this + 1);
  }

  const uint8_t* data() const {
    return reinterpret_cast<const uint8_t*>(this + 1);
  }

  std::atomic<uint32_t> references_{0};
  uint16_t size_ = 0;
  const uint16_t storage_size_;
  buffer* next_ = nullptr;
  buffer_pool* const pool_;
};

static_assert(buffer::capacity <= UINT16_MAX);

/// Shares one buffer. Copying costs one atomic increment.
class buffer_ptr {
public:
  buffer_ptr() = default;

  buffer_ptr(const buffer_ptr& other) noexcept : buffer_(other.buffer_) {
    if (buffer_)
      buffer_->references_.fetch_add(1, std::memory_order_relaxed);
  }

  buffer_ptr(buffer_ptr&& other) noexcept
      : buffer_(std::exchange(other.buffer_, nullptr)) {}

  buffer_ptr& operator=(buffer_ptr other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }

  ~buffer_ptr() {
    if (buffer_)
      release();
  }

  explicit operator bool() const {
    return buffer_ != nullptr;
  }

  buffer& operator*() const {
    return *buffer_;
  }

  buffer* operator->() const {
    return buffer_;
  }

private:
  friend class buffer_pool;

  explicit buffer_ptr(buffer* x) : buffer_(x) {
    buffer_->references_.store(1, std::memory_order_relaxed);
  }

  void release() noexcept;

  buffer* buffer_ = nullptr;
};

/// Hands out buffers on one thread and takes them back from any thread.
/// Returned buffers go onto a lock-free stack, which the owner empties at once,
/// so there is neither a lock nor an ABA problem.
///
/// The pool lives until its last buffer is back: a buffer may outlive the
/// `std::unique_ptr` that owned its pool.
class buffer_pool {
public:
  struct deleter {
    void operator()(buffer_pool* pool) const {
      pool->unref();
    }
  };

  using ptr = std::unique_ptr<buffer_pool, deleter>;

  /// Makes a pool that takes back at most `max_idle` buffers at a time, keeps
  /// at most twice as many unused and frees any more. Each buffer holds up to
  /// `capacity` octets, at most buffer::capacity.
  static ptr make(size_t max_idle = 4096, size_t capacity = buffer::capacity);

  /// The memory in octets that a buffer of that capacity takes.
  static constexpr size_t footprint(size_t capacity = buffer::capacity) {
    return sizeof(buffer) + capacity;
  }

  /// Idle buffers that were not needed for this long are freed.
  static constexpr duration trim_interval = std::chrono::seconds{10};

  /// Returns an empty buffer. Only the pool's owner may call this.
  buffer_ptr take();

  /// Takes back what other threads have returned, so that the buffers used last
  /// are handed out first: they are in the cache, and the others stay idle.
  /// Frees those that were idle for all of the last `trim_interval`. Only the
  /// pool's owner may call this; for each burst is often enough.
  void collect(time_point now);

  /// The number of buffers that exist, in use or idle.
  size_t size() const {
    return live_.load(std::memory_order_relaxed);
  }

private:
  friend class buffer_ptr;

  buffer_pool(size_t max_idle, size_t capacity)
      : max_idle_(max_idle)
      , capacity_(static_cast<uint16_t>(capacity)) {
    TROUPE_ASSERT(capacity <= buffer::capacity);
  }

  ~buffer_pool();

  buffer* make_buffer();

  static void free_buffer(buffer* x) noexcept;

  // Puts what was returned in front of the idle buffers.
  void reclaim();

  // Frees the idle buffers from `x` on.
  void free_from(buffer* x) noexcept;

  void trim();

  void give_back(buffer* x) noexcept;

  void unref() noexcept;

  const size_t max_idle_;
  const uint16_t capacity_;
  // Accessed by the owner only: the idle buffers, the last used first; how many
  // they are; how many they were at least since the last trim, and when the
  // next one is due.
  buffer* idle_ = nullptr;
  size_t idle_count_ = 0;
  size_t least_idle_ = 0;
  time_point trim_due_{};
  std::atomic<buffer*> returned_{nullptr};
  std::atomic<size_t> returned_count_{0};
  std::atomic<size_t> live_{0};
  // One reference for the owner and one for each buffer in use.
  std::atomic<size_t> references_{1};
};

} // namespace troupe::net
