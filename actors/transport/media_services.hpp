#pragma once

#include "actors/base/quota.hpp"
#include "actors/config/config.hpp"
#include "actors/io/socket_actor.hpp"
#include "actors/load/overload_state_board.hpp"
#include "actors/sctp/sctp_actor.hpp"
#include "actors/transport/ice_servers.hpp"
#include "net/dtls/certificate.hpp"
#include "net/io/udp/media_port.hpp"
#include "net/srtp/srtp_session.hpp"

namespace troupe::actors {

/// Shared by all peers and transports of this node. Lives until the last actor
/// is gone.
struct media_services {
  config settings;
  const net::dtls_context* dtls = nullptr;
  net::srtp_backend srtp = net::srtp_backend::libsrtp2;
  /// Sends datagrams from any thread.
  net::media_port* port = nullptr;
  /// Routes received datagrams to transports.
  socket_actor sockets;
  /// Timers of media actors; null leaves those to CAF's clock.
  tick_queue* ticks = nullptr;
  /// The load and the overload state.
  std::shared_ptr<overload_state_board> load =
      std::make_shared<overload_state_board>();
  /// Runs the data channels; null if there are none.
  sctp_actor sctp = {};
  /// Open sockets for plain transports, up to a quota; null if there are none.
  net::io_threads* threads = nullptr;
  std::shared_ptr<quota> plain_transport_quota = {};
  /// STUN and TURN servers for clients; null if there are none.
  std::shared_ptr<const ice_servers> ice = {};
};

} // namespace troupe::actors
