#pragma once

#include "net/base/buffer.hpp"
#include "net/base/datagram_sink.hpp"

#include <array>
#include <memory>

namespace troupe::actors {

/// Gathers protected packets for any number of destinations and sends them
/// together: many per system call. Packets of one destination are contiguous,
/// so that the kernel takes a run of them as one piece. The destructor sends
/// what is left.
class datagram_batcher {
public:
  explicit datagram_batcher(net::datagram_sink& out) : out_(out) {}

  datagram_batcher(const datagram_batcher&) = delete;
  datagram_batcher& operator=(const datagram_batcher&) = delete;

  ~datagram_batcher() {
    flush();
  }

  /// Calls `protect(span)`, which writes one packet for `to` and returns its
  /// size, or nothing to leave it out.
  template <class Protect>
  void add(const net::transport_tuple& to, Protect protect) {
    auto& memory = scratch();
    if (count_ == max_datagrams || used_ + max_packet > memory.octets.size())
      flush();
    auto room = net::mutable_byte_span{memory.octets}.subspan(used_);
    auto size = protect(room.first(max_packet));
    if (!size)
      return;
    memory.datagrams[count_++] = {room.first(*size), to};
    used_ += *size;
  }

private:
  static constexpr size_t max_datagrams = 256;
  static constexpr size_t max_packet = net::buffer::capacity + 64;

  struct scratch_space {
    std::array<uint8_t, 128 << 10> octets;
    std::array<net::outgoing_datagram, max_datagrams> datagrams;
  };

  // One for each thread: packets are written here and sent at once.
  static scratch_space& scratch() {
    static thread_local auto space = std::make_unique<scratch_space>();
    return *space;
  }

  void flush() {
    if (count_ > 0)
      out_.send_batch({scratch().datagrams.data(), count_});
    count_ = 0;
    used_ = 0;
  }

  net::datagram_sink& out_;
  size_t count_ = 0;
  size_t used_ = 0;
};

} // namespace troupe::actors
