#pragma once

#include "net/io/media_port.hpp"

#include <array>

namespace troupe::actors {

/// Gathers protected packets for one destination and sends them together:
/// many per system call. Sends what is left when it goes out of scope.
class packet_sender {
public:
  packet_sender(net::media_port& port, const net::transport_tuple& to)
      : port_(port), to_(to) {
  }

  packet_sender(const packet_sender&) = delete;
  packet_sender& operator=(const packet_sender&) = delete;

  ~packet_sender() {
    flush();
  }

  /// Calls `protect(room)`, which writes one packet and returns its size, or
  /// nothing to leave it out.
  template <class Protect>
  void add(Protect protect) {
    auto& slot = scratch().slots[count_];
    auto size = protect(net::mutable_byte_span{slot});
    if (!size)
      return;
    scratch().datagrams[count_] = {net::byte_span{slot}.first(*size), to_};
    if (++count_ == batch)
      flush();
  }

private:
  static constexpr size_t batch = 64;

  struct scratch_space {
    std::array<std::array<uint8_t, net::buffer::capacity + 64>, batch> slots;
    std::array<net::outgoing_datagram, batch> datagrams;
  };

  // One for each thread: packets are written here and sent at once.
  static scratch_space& scratch() {
    static thread_local auto space = std::make_unique<scratch_space>();
    return *space;
  }

  void flush() {
    if (count_ > 0)
      port_.send_batch({scratch().datagrams.data(), count_});
    count_ = 0;
  }

  net::media_port& port_;
  const net::transport_tuple& to_;
  size_t count_ = 0;
};

} // namespace troupe::actors
