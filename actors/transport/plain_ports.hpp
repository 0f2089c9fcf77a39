#pragma once

#include "net/base/result.hpp"
#include "net/io/udp/plain_port.hpp"

#include <memory>

namespace troupe::actors {

/// The `path` of the datagrams of a plain transport's two ports.
inline constexpr uint32_t rtp_path = 0;
inline constexpr uint32_t rtcp_path = 1;

/// The ports of a plain transport.
struct plain_ports {
  /// Binds one port at `at`, or two without `rtcp_mux`, which do not receive
  /// yet. `threads` must outlive them.
  static net::result<std::shared_ptr<plain_ports>>
  open(net::io_threads& threads, const net::socket_address& at, bool rtcp_mux);

  /// Begins to receive, on I/O threads. Call it once.
  void start(const net::plain_port::receiver& to);

  net::plain_port& for_rtcp() const {
    return rtcp ? *rtcp : *rtp;
  }

  std::unique_ptr<net::plain_port> rtp;
  std::unique_ptr<net::plain_port> rtcp; // null: shares rtp
};

} // namespace troupe::actors
