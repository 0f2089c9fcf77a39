#pragma once

#include "net/io/http/http_server.hpp"
#include "net/io/loop/io_threads.hpp"

#include <chrono>
#include <memory>
#include <string_view>

namespace troupe::testing {

/// Serves conformance suites through the server's own protocol layers:
/// - a WebSocket at `websocket_path` echoes each message;
/// - Engine.IO at `engineio_path` does the same;
/// - Socket.IO at `socketio_path` has the namespaces "/" and "/custom". It
///   emits `auth` with the client's auth data, answers `message` by emitting
///   `message-back`, and `message-with-ack` by acknowledging; attachments are
///   returned unchanged.
class echo_service final : public net::http_handler {
public:
  static constexpr std::string_view websocket_path = "/echo";
  static constexpr std::string_view engineio_path = "/engine.io/";
  static constexpr std::string_view socketio_path = "/socket.io/";

  /// A Socket.IO client may be in no namespace for `connect_timeout`. `threads`
  /// run the timers, and must be stopped before this is destroyed.
  echo_service(net::io_threads& threads,
               std::chrono::milliseconds connect_timeout);

  ~echo_service() override;

  std::optional<net::http_response>
  handle_http(const net::http_request& request) override;

  net::upgrade_decision
  decide_upgrade(const net::http_request& request) override;

  std::unique_ptr<net::connection_events>
  open_connection(std::shared_ptr<net::connection> conn) override;

private:
  class timekeeper;

  const std::chrono::milliseconds connect_timeout_;
  const std::shared_ptr<timekeeper> timekeeper_;
};

/// The configuration for conformance suites: both endpoints of Engine.IO, pings
/// every 300 ms, pongs within 200 ms, and an unlimited message rate. Loopback
/// only.
net::http_server_config echo_server_config();

} // namespace troupe::testing
