#pragma once

#include "net/base/datagram_sink.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <utility>

namespace troupe::gates {

/// What a server has sent.
struct wire_counts {
  uint64_t packets = 0; // of RTP
  uint64_t rtcp = 0;    // datagrams
  /// What udp_socket::send would have given to the kernel.
  uint64_t messages = 0;
  uint64_t calls = 0;
};

/// The network behind a server: counts the messages and system calls that
/// sending on a UDP socket would take, by the socket's own rule, and passes the
/// datagrams on without any socket.
class counted_wire final : public net::datagram_sink {
public:
  using receiver = std::function<void(const net::outgoing_datagram&)>;

  /// Every datagram goes to `to`.
  explicit counted_wire(receiver to) : to_(std::move(to)) {}

  void send_batch(std::span<const net::outgoing_datagram> batch) override;

  const wire_counts& counts() const {
    return counts_;
  }

private:
  void take(std::span<const net::outgoing_datagram> batch);

  receiver to_;
  wire_counts counts_;
};

/// Whether a protected packet is RTCP (RFC 5761, section 4).
bool is_rtcp(net::byte_span packet);

} // namespace troupe::gates
