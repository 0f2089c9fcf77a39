#pragma once

#include "net/base/bytes.hpp"
#include "net/base/result.hpp"
#include "net/base/time.hpp"
#include "net/base/transport_tuple.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

#include <sys/socket.h>
#include <sys/uio.h>

namespace troupe::load {

struct socket_options {
  /// In octets; the system may grant less.
  int receive_buffer = 1 << 20;
  int send_buffer = 1 << 20;
  /// Lets the kernel join received datagrams (UDP_GRO). Off by default:
  /// browsers read packet by packet, and on loopback the kernel then segments
  /// the server's GSO runs in the server's time.
  bool gro = false;
  /// Lets the kernel segment frames. Off by default: browsers send packet by
  /// packet, and the server must receive them so.
  bool gso = false;
};

/// Buffers for one read, shared by all sockets of a thread.
class receive_area {
public:
  static constexpr size_t slots = 32;
  static constexpr size_t slot_size = 65536;

  receive_area();

  /// Reads both clocks, to convert the kernel's receive timestamps. Called once
  /// per round of reads.
  void read_clocks();

private:
  friend class batch_socket;

  struct alignas(cmsghdr) control_buffer {
    uint8_t octets[64];
  };

  std::unique_ptr<uint8_t[]> octets_;
  std::array<mmsghdr, slots> messages_{};
  std::array<iovec, slots> vectors_{};
  std::array<control_buffer, slots> controls_{};
  size_t used_ = slots; // by the last read
  net::time_point now_{};
  // The offset from the wall clock to the monotonic clock.
  std::chrono::nanoseconds offset_{};
};

/// Datagrams queued for one socket, in buffers that are reused.
class send_batch {
public:
  static constexpr size_t slots = 64;
  static constexpr size_t slot_size = 1500;

  send_batch();

  bool full() const {
    return count_ == slots;
  }

  bool empty() const {
    return count_ == 0;
  }

  /// The buffer for the next datagram; requires that the batch is not full.
  net::mutable_byte_span next_buffer() {
    return {octets_.get() + count_ * slot_size, slot_size};
  }

  /// Adds the datagram of `size` octets that was written to next_buffer().
  void push(size_t size) {
    vectors_[count_] = {octets_.get() + count_ * slot_size, size};
    ++count_;
  }

  size_t size() const {
    return count_;
  }

private:
  friend class batch_socket;

  std::unique_ptr<uint8_t[]> octets_;
  std::array<iovec, slots> vectors_{};
  std::array<mmsghdr, slots> messages_{};
  size_t count_ = 0;
};

/// A connected, non-blocking UDP socket of one client.
class batch_socket {
public:
  /// Binds an address of the kernel's choice and connects.
  static net::result<batch_socket> open(const net::socket_address& server,
                                        const socket_options& options);

  batch_socket(batch_socket&& other) noexcept;
  batch_socket& operator=(batch_socket&&) = delete;
  ~batch_socket();

  int fd() const {
    return fd_;
  }

  /// Reads the waiting datagrams once, and calls `each(mutable_byte_span,
  /// time_point arrival)` for each of them. Returns whether more may be
  /// waiting.
  template <class F>
  bool receive(receive_area& area, F&& each) {
    auto n = read(area);
    for (size_t i = 0; i < n; ++i) {
      auto x = look(area, i);
      for (size_t at = 0; at < x.size; at += x.segment)
        each(net::mutable_byte_span{x.octets + at,
                                    std::min(x.segment, x.size - at)},
             x.arrival);
    }
    return n == receive_area::slots;
  }

  /// Sends and empties the batch. Returns how many the kernel refused.
  size_t send(send_batch& batch);

  /// The number of datagrams dropped because the receive buffer was full.
  uint64_t drops() const;

private:
  struct message {
    uint8_t* octets;
    size_t size;
    size_t segment;
    net::time_point arrival;
  };

  batch_socket(int fd, bool gso) : fd_(fd), gso_(gso) {}

  size_t read(receive_area& area);
  message look(receive_area& area, size_t slot) const;
  size_t prepare(send_batch& batch, std::span<uint8_t> controls) const;

  int fd_;
  bool gso_;
};

} // namespace troupe::load
