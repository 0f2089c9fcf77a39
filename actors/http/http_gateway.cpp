#include "actors/http/http_gateway.hpp"

#include "actors/base/log.hpp"
#include "actors/http/admin_routes.hpp"
#include "actors/session/session_actor.hpp"
#include "net/dtls/digest.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace troupe::actors {

namespace {

/// The path of Engine.IO, and so of Socket.IO.
constexpr std::string_view socketio_path = "/socket.io/";

std::vector<net::address_prefix>
to_prefixes(const std::vector<std::string>& list) {
  std::vector<net::address_prefix> out;
  for (const auto& text : list)
    if (auto x = net::address_prefix::parse(text))
      out.push_back(*x);
  return out;
}

net::http_response to_response(const protocol::handshake_refusal& x) {
  return net::text_response(static_cast<unsigned>(x.http_status),
                            x.reason + "\n");
}

/// The setting to raise so that clients are no longer refused for `why`.
std::string_view limit_of(net::reject_reason why) {
  switch (why) {
    case net::reject_reason::address_full:
      return "http.max-per-address";
    case net::reject_reason::address_rate:
      return "http.address-rate";
    case net::reject_reason::accept_failed:
      return "LimitNOFILE";
    default:
      return "http.max-connections";
  }
}

/// Forwards a connection's messages to its session.
class session_feed final : public net::connection_events {
public:
  explicit session_feed(session_actor session) : session_(std::move(session)) {}

  void on_message(net::incoming_message x) override {
    caf::anon_send(session_, frame_received{std::move(x.data), x.binary,
                                            std::move(x.receipt)});
  }

  void on_drained() override {
    caf::anon_send(session_, connection_drained{});
  }

  void on_close(uint16_t code) override {
    // A client that leaves sends a close frame or Engine.IO's close. A client
    // that does not read any more counts as lost, and so does one that sends
    // too much: it loses its connection but may come back as the same member,
    // since leaving and joining would cost the others more than all it sends.
    bool lost = code == net::close_code::abnormal
                || code == net::close_code::try_again_later
                || code == net::close_code::policy_violation;
    caf::anon_send(session_, connection_closed{lost});
  }

private:
  session_actor session_;
};

} // namespace

std::map<std::string, std::string> parse_query(std::string_view query) {
  std::map<std::string, std::string> out;
  while (!query.empty()) {
    auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    auto equals = std::min(pair.find('='), pair.size());
    auto name = net::percent_decode(pair.substr(0, equals), true);
    auto value = net::percent_decode(
        pair.substr(std::min(pair.size(), equals + 1)), true);
    if (name && value && !name->empty())
      out.insert_or_assign(std::move(*name), std::move(*value));
  }
  return out;
}

protocol::handshake to_handshake(const net::http_request& request) {
  protocol::handshake out;
  out.carrier = request.path.starts_with(socketio_path)
                    ? protocol::carrier::socketio
                    : protocol::carrier::websocket;
  out.path = request.path;
  out.query = parse_query(request.query);
  out.subprotocol = request.header("Sec-WebSocket-Protocol");
  out.bearer = request.bearer_token();
  out.derive_id = net::derive_id;
  return out;
}

std::variant<caller, net::http_response>
receive_caller(const net::http_request& request, const authenticator* auth) {
  caller out;
  out.hello = to_handshake(request);
  out.dialect = protocol::find_dialect(out.hello);
  if (!out.dialect)
    return net::text_response(404, "no such endpoint\n");
  const auto& names = out.dialect->names;
  if (auth && out.hello.carrier == protocol::carrier::socketio) {
    out.hello.token_required = true;
  } else if (auth) {
    auto who =
        auth->identify(protocol::find_token(out.hello, names), wall_now());
    if (!who)
      return net::text_response(
          401, "unauthorized: " + std::string{to_string(to_reason(who.error()))}
                   + "\n");
    if (auto refusal = protocol::apply_identity(out.hello, names, *who))
      return to_response(*refusal);
    out.who = std::move(*who);
  }
  if (auto refusal = out.dialect->refuses(out.hello))
    return to_response(*refusal);
  return out;
}

net::upgrade_decision choose_dialect(const net::http_request& request,
                                     const authenticator* auth) {
  auto found = receive_caller(request, auth);
  if (auto* refusal = std::get_if<net::http_response>(&found))
    return net::upgrade_decision::reject(std::move(*refusal));
  const auto& dialect = *std::get<caller>(found).dialect;
  return net::upgrade_decision::accept(std::string{dialect.name},
                                       std::string{dialect.subprotocol});
}

http_gateway::http_gateway(caf::actor_system& system,
                           std::shared_ptr<const media_services> services,
                           room_gate_actor gate,
                           std::shared_ptr<const authenticator> auth)
    : system_(system)
    , services_(std::move(services))
    , gate_(std::move(gate))
    , pages_(services_->load, to_prefixes(services_->settings.metrics.allow))
    , auth_(std::move(auth)) {}

std::optional<net::http_response>
http_gateway::handle_http(const net::http_request& request) {
  return pages_.answer(request);
}

bool http_gateway::handle_http_later(const net::http_request& request,
                                     const net::http_responder& respond) {
  if (request.path != metrics_path)
    return (api_ && api_->handle(request, respond))
           || (clients_ && clients_->handle(request, respond))
           || (downloads_ && downloads_->handle(request, respond));
  system_.spawn(
      [this, respond](caf::event_based_actor*) { respond(pages_.metrics()); });
  return true;
}

net::http_response http_gateway::refuse_source(const net::http_request& request,
                                               const net::source_refusal& why) {
  auto by_host = why.which == net::source_refusal::header::host;
  log::refusal(
      log::level::warn, by_host ? "host-refused" : "origin-refused",
      {{by_host ? "host" : "origin", why.value},
       {"to-allow", why.to_allow.empty()
                        ? "impossible: this is not the origin of a page"
                        : "http.allowed-origins = " + why.to_allow}});
  if (request.path.starts_with(admin_prefix))
    return admin_error(403, "forbidden", why.explain());
  if (auto out = http_clients::refuse_source(request, why))
    return std::move(*out);
  if (auto out = recording_downloads::refuse_source(request, why))
    return std::move(*out);
  return http_handler::refuse_source(request, why);
}

net::upgrade_decision
http_gateway::decide_upgrade(const net::http_request& request) {
  return choose_dialect(request, auth_.get());
}

std::unique_ptr<net::connection_events>
http_gateway::open_connection(std::shared_ptr<net::connection> conn) {
  // Read the request again: decide_upgrade() kept nothing.
  auto found = receive_caller(conn->request(), auth_.get());
  auto* in = std::get_if<caller>(&found);
  if (!in)
    return nullptr;
  in->hello.connect_timeout = services_->settings.http.connect_timeout;
  in->hello.login_url = services_->settings.auth.login_url;
  log::event(log::level::debug, "connection-opened",
             {{"connection", std::to_string(conn->id())},
              {"dialect", std::string{in->dialect->name}},
              {"from", conn->remote_address().str()}});
  return std::make_unique<session_feed>(spawn_session(
      system_, {std::move(conn), in->dialect, std::move(in->hello), services_,
                gate_, auth_, std::move(in->who)}));
}

void http_gateway::on_certificate_changed(const std::error_code& failure) {
  if (failure)
    log::event(log::level::error, "certificate-refused",
               {{"why", failure.message()}, {"in-use", "the previous one"}});
  else
    log::event(log::level::info, "certificate-changed");
}

void http_gateway::on_clients_refused(const net::clients_refused& news) {
  auto why =
      news.error ? news.error.message() : std::string{to_string(news.why)};
  log::event(log::level::warn, "clients-refused",
             {{"why", std::move(why)},
              {"count", std::to_string(news.count)},
              {"limit", std::string{limit_of(news.why)}}});
}

} // namespace troupe::actors
