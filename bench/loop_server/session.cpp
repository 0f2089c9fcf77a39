#include "bench/loop_server/session.hpp"

#include "actors/http/http_gateway.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

namespace troupe::loop {

namespace {

/// The close code of a duplicate session that was replaced.
constexpr uint16_t replaced_code = 4001;

std::unique_ptr<protocol::dialect>
make_dialect(const net::http_request& request, net::rng& random) {
  auto in = actors::to_handshake(request);
  return protocol::find_dialect(in)->make(in, random, hub::now());
}

} // namespace

session::session(hub& parent, std::shared_ptr<net::connection> conn)
    : hub_(parent)
    , connection_(std::move(conn))
    , dialect_(make_dialect(connection_->request(), *parent.random)) {
  hub_.sessions.add(*this);
  hub_.sessions.wake(*this);
}

session::~session() {
  peer_.reset();
  hub_.sessions.remove(*this);
}

void session::on_message(net::incoming_message x) {
  take({std::move(x.data), x.binary});
}

void session::on_close(uint16_t) {
  closing_ = true;
  peer_.reset();
  hub_.settle(hub::now());
}

void session::take(protocol::frame in) {
  auto now = hub::now();
  dialect_->handle_frame(in, now);
  hub_.sessions.wake(*this);
  hub_.settle(now);
}

void session::notify(std::shared_ptr<const protocol::any_event> what) {
  events_.push(std::move(what));
  hub_.sessions.wake(*this);
}

void session::drain(net::time_point) {
  while (!closing_) {
    auto next = dialect_->poll_request();
    if (!next)
      break;
    dialect_->handle_outcome(
        next->token,
        std::visit([&](auto& x) { return perform(x); }, next->request));
  }
  while (auto event = events_.pop())
    dialect_->handle_event(**event);
  while (auto out = dialect_->poll_frame()) {
    if (out->binary)
      connection_->send_binary(
          std::make_shared<const std::string>(out->text()));
    else
      connection_->send_text(out->text());
  }
  if (auto x = dialect_->poll_close())
    close(x->code, std::move(x->reason));
}

outcome session::perform(verb::get_capabilities&) {
  return success(
      reply::capabilities{protocol::default_router_rtp_capabilities()});
}

outcome session::perform(verb::join& x) {
  if (peer_)
    return refuse(error_code::already_joined);
  auto there = hub_.rooms.find(x.room);
  auto* duplicate =
      there == hub_.rooms.end() ? nullptr : there->second->find(x.peer);
  if (duplicate && !(x.named_by_client && duplicate->named_by_client()))
    return protocol::error{error_code::forbidden, "This id is taken"};
  if (duplicate)
    duplicate->client_session().replace();
  peer_ = std::make_unique<peer>(hub_, *this, x);
  return peer_->joined();
}

outcome session::perform(verb::leave&) {
  if (!peer_)
    return refuse(error_code::not_joined);
  peer_.reset();
  return success(reply::ok{});
}

void session::replace() {
  peer_.reset();
  close(replaced_code, "replaced by a newer connection");
}

void session::close(uint16_t code, std::string reason) {
  if (!std::exchange(closing_, true))
    connection_->close(code, std::move(reason));
}

} // namespace troupe::loop
