#pragma once

#include "actors/config.hpp"
#include "actors/load_board.hpp"
#include "actors/quota.hpp"
#include "actors/sctp_actor.hpp"
#include "actors/socket_actor.hpp"
#include "net/dtls/certificate.hpp"
#include "net/io/media_port.hpp"
#include "net/srtp/srtp_session.hpp"

namespace troupe::actors {

/// What every peer and transport of this node shares. Lives until the last
/// actor is gone.
struct media_services {
  config settings;
  const net::dtls_context* dtls = nullptr;
  net::srtp_backend srtp = net::srtp_backend::libsrtp2;
  /// Sends from any thread.
  net::media_port* port = nullptr;
  /// Finds the transport for what arrives.
  socket_actor sockets;
  /// Wakes media actors; null leaves that to CAF's clock.
  tick_queue* ticks = nullptr;
  /// What the load is, and what may still be done.
  std::shared_ptr<load_board> load = std::make_shared<load_board>();
  /// Runs the data channels; null where there are none.
  sctp_actor sctp = {};
  /// Opens sockets for plain transports, as many as there may be; null where
  /// there are none.
  net::io_threads* threads = nullptr;
  std::shared_ptr<quota> plain_places = {};
};

} // namespace troupe::actors
