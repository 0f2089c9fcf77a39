#include "actors/front_door.hpp"

#include "actors/log.hpp"
#include "actors/session_actor.hpp"
#include "net/dtls/digest.hpp"

#include <caf/send.hpp>

namespace troupe::actors {

namespace {

/// The path at which Engine.IO, and so Socket.IO, lives.
constexpr std::string_view socketio_path = "/socket.io/";

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

/// Hands a connection's messages to its session.
class session_feed final : public net::connection_events {
public:
  explicit session_feed(session_actor session) : session_(std::move(session)) {}

  void on_text(std::string text) override {
    caf::anon_send(session_, frame_received{std::move(text), false});
  }

  void on_binary(std::string octets) override {
    caf::anon_send(session_, frame_received{std::move(octets), true});
  }

  void on_close(uint16_t code) override {
    // A client that leaves says so, by a close frame or in Engine.IO's words.
    // One that does not read any more has lost its way as well.
    bool lost = code == net::close_code::abnormal
                || code == net::close_code::try_again_later;
    caf::anon_send(session_, connection_closed{lost});
  }

private:
  session_actor session_;
};

} // namespace

protocol::handshake to_handshake(const net::http_request& request) {
  protocol::handshake out;
  out.carrier = request.path.starts_with(socketio_path)
                    ? protocol::carrier::socketio
                    : protocol::carrier::websocket;
  out.path = request.path;
  out.query = parse_query(request.query);
  out.subprotocol = request.header("Sec-WebSocket-Protocol");
  out.derive_id = net::derive_id;
  return out;
}

net::upgrade_decision choose_dialect(const net::http_request& request) {
  auto in = to_handshake(request);
  const auto* entry = protocol::find_dialect(in);
  if (!entry)
    return net::upgrade_decision::reject(
        net::text_response(404, "no such endpoint\n"));
  if (auto refusal = entry->refuses(in))
    return net::upgrade_decision::reject(net::text_response(
        static_cast<unsigned>(refusal->http_status), refusal->reason + "\n"));
  return net::upgrade_decision::accept(std::string{entry->name});
}

front_door::front_door(caf::actor_system& system,
                       std::shared_ptr<const media_services> services,
                       room_gate_actor gate)
    : system_(system)
    , services_(std::move(services))
    , gate_(std::move(gate)) {}

std::optional<net::http_response>
front_door::handle_http(const net::http_request& request) {
  if (request.path != "/healthz")
    return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD")
    return net::text_response(405, "method not allowed\n");
  return open_ ? net::text_response(200, "ok\n")
               : net::text_response(503, "starting\n");
}

net::upgrade_decision
front_door::decide_upgrade(const net::http_request& request) {
  return choose_dialect(request);
}

std::unique_ptr<net::connection_events>
front_door::open_connection(std::shared_ptr<net::connection> conn) {
  auto in = to_handshake(conn->request());
  const auto* entry = protocol::find_dialect(in);
  log::event(log::level::debug, "connection-opened",
             {{"connection", std::to_string(conn->id())},
              {"dialect", std::string{entry->name}},
              {"from", conn->remote_address().str()}});
  return std::make_unique<session_feed>(spawn_session(
      system_, {std::move(conn), entry, std::move(in), services_, gate_}));
}

} // namespace troupe::actors
