#pragma once

#include "net/base/assert.hpp"
#include "net/base/bytes.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace troupe::net {

class buffer_pool;

/// One datagram's octets: fixed room, counted references, no allocation once
/// its pool is warm. Written by its first owner, read-only once shared.
class buffer {
public:
  /// Room for a datagram within an Ethernet MTU, with a margin to append
  /// tags. Longer datagrams are dropped by whoever reads the socket.
  static constexpr size_t capacity = 1600;

  mutable_byte_span room() {
    return {data_, capacity};
  }

  mutable_byte_span bytes() {
    return {data_, size_};
  }

  byte_span bytes() const {
    return {data_, size_};
  }

  size_t size() const {
    return size_;
  }

  void resize(size_t n) {
    TROUPE_ASSERT(n <= capacity);
    size_ = static_cast<uint32_t>(n);
  }

private:
  friend class buffer_ptr;
  friend class buffer_pool;

  std::atomic<uint32_t> references_{0};
  uint32_t size_ = 0;
  buffer* next_ = nullptr;
  buffer_pool* pool_ = nullptr;
  uint8_t data_[capacity];
};

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

/// Hands out buffers to one thread and takes them back from any. Returned
/// buffers go onto a lock-free stack that the owner empties at once, so there
/// is neither a lock nor an ABA problem.
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

  /// A pool that keeps at most `max_idle` unused buffers; beyond, they are
  /// freed.
  static ptr make(size_t max_idle = 4096);

  /// An empty buffer. Only the pool's owner may call this.
  buffer_ptr take();

  /// How many buffers exist, in use or idle.
  size_t size() const {
    return live_.load(std::memory_order_relaxed);
  }

private:
  friend class buffer_ptr;

  explicit buffer_pool(size_t max_idle) : max_idle_(max_idle) {}

  ~buffer_pool();

  void give_back(buffer* x) noexcept;

  void unref() noexcept;

  const size_t max_idle_;
  buffer* idle_ = nullptr; // touched by the owner only
  std::atomic<buffer*> returned_{nullptr};
  std::atomic<size_t> returned_count_{0};
  std::atomic<size_t> live_{0};
  // One for the owner and one for each buffer that is in use.
  std::atomic<size_t> references_{1};
};

} // namespace troupe::net
