#include "bench/loop_server/server.hpp"

#include "actors/base/log.hpp"
#include "actors/config/net_settings.hpp"
#include "actors/http/http_gateway.hpp"
#include "bench/loop_server/session.hpp"
#include "net/io/loop/run_on_loops.hpp"

namespace troupe::loop {

server::server(actors::config settings)
    : settings_(std::move(settings))
    , port_(threads_, *this, actors::to_media_port(settings_.rtc))
    , timer_(threads_.context(0).get_executor()) {}

server::~server() {
  stop();
}

std::optional<std::string> server::start() {
  auto backend = actors::to_backend(settings_.rtc.srtp_backend);
  if (!backend)
    return "rtc.srtp-backend: " + settings_.rtc.srtp_backend
           + " is not available on this machine";
  auto context = net::dtls_context::make();
  if (!context)
    return "cannot generate a DTLS certificate: " + context.error().message();
  dtls_ = std::move(*context);
  hub_.services.settings = settings_;
  hub_.services.dtls = dtls_.get();
  hub_.services.srtp = *backend;
  hub_.services.port = &port_;
  if (auto ok = port_.start(); !ok)
    return "rtc.port " + std::to_string(settings_.rtc.port) + ": "
           + ok.error().message();
  running_ = true;
  http_ = std::make_unique<net::http_server>(
      threads_, *this, actors::to_http_server(settings_.http));
  if (auto ok = http_->start(); !ok)
    return "http.port " + std::to_string(settings_.http.port) + ": "
           + ok.error().message();
  threads_.post(0, [this] { tick(); });
  actors::log::event(actors::log::level::info, "started",
                     {{"http", std::to_string(http_port())},
                      {"rtc", std::to_string(rtc_port())},
                      {"srtp", std::string{net::to_string(*backend)}}});
  return std::nullopt;
}

void server::stop() {
  if (!std::exchange(running_, false))
    return;
  if (http_)
    http_->stop();
  net::run_on_loop(threads_, 0, [this] {
    timer_.cancel();
    hub_.sessions.for_each([](session& x) { x.drop_peer(); });
  });
  port_.stop();
  threads_.stop();
  actors::log::event(actors::log::level::info, "stopped");
}

// -- media -------------------------------------------------------------------

void server::on_burst(std::span<net::datagram> burst, net::datagram_sink&) {
  auto now = hub::now();
  for (auto& x : burst)
    if (auto* const* to = hub_.routes.find(x))
      (*to)->engine().handle_datagram(std::move(x), now);
  hub_.settle(now);
}

void server::on_tcp_closed(const net::transport_tuple& tuple) {
  if (auto* const* to = hub_.routes.find(tuple))
    (*to)->engine().handle_tuple_closed(tuple);
  hub_.settle(hub::now());
}

void server::tick() {
  timer_.expires_at(hub_.handle_timeout(hub::now()));
  timer_.async_wait([this](const boost::system::error_code& failed) {
    if (!failed)
      tick();
  });
}

// -- signaling ---------------------------------------------------------------

std::optional<net::http_response>
server::handle_http(const net::http_request& request) {
  if (request.path != "/healthz")
    return std::nullopt;
  return net::text_response(200, "ok\n");
}

net::upgrade_decision server::decide_upgrade(const net::http_request& request) {
  return actors::choose_dialect(request);
}

std::unique_ptr<net::connection_events>
server::open_connection(std::shared_ptr<net::connection> conn) {
  auto out = std::make_unique<session>(hub_, std::move(conn));
  hub_.settle(hub::now());
  return out;
}

} // namespace troupe::loop
