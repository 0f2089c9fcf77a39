#pragma once

#include "bench/loop_server/hub.hpp"
#include "net/io/http/http_server.hpp"
#include "net/io/loop/asio_acceptor.hpp"
#include "net/io/loop/io_threads.hpp"

namespace troupe::loop {

/// The server without actors, for comparison: the same engines, the same
/// sockets and the same signaling, called in turn by one thread.
class server final : public net::media_receiver, public net::http_handler {
public:
  explicit server(actors::config settings);
  ~server() override;

  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Binds all sockets. On failure returns one line for the operator.
  std::optional<std::string> start();

  /// Notifies the clients and closes everything. Idempotent.
  void stop();

  uint16_t http_port() const {
    return http_->port();
  }

  uint16_t rtc_port() const {
    return port_.port();
  }

private:
  // -- media -----------------------------------------------------------------

  void on_burst(std::span<net::datagram> burst,
                net::datagram_sink& replies) override;

  void on_tcp_closed(const net::transport_tuple& tuple) override;

  // -- signaling -------------------------------------------------------------

  std::optional<net::http_response>
  handle_http(const net::http_request& request) override;

  net::upgrade_decision
  decide_upgrade(const net::http_request& request) override;

  std::unique_ptr<net::connection_events>
  open_connection(std::shared_ptr<net::connection> conn) override;

  // --------------------------------------------------------------------------

  // Polls the timeouts of all objects from now on.
  void tick();

  const actors::config settings_;
  std::unique_ptr<net::dtls_context> dtls_;
  hub hub_; // outlives the loop, which owns the sessions
  net::io_threads threads_{1};
  net::media_port port_;
  net::loop_timer timer_;
  std::unique_ptr<net::http_server> http_;
  bool running_ = false;
};

} // namespace troupe::loop
