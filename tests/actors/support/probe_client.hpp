#pragma once

#include "fake_client.hpp"
#include "protocol/json/json_codec.hpp"

#include <concepts>
#include <map>

namespace troupe::test {

/// The requests of a probe's client, and what the server sends it.
struct probe_script {
  std::deque<protocol::request> requests;
  std::map<protocol::request_token, protocol::outcome> outcomes;
  std::vector<protocol::any_event> events;
  std::optional<protocol::end_reason> ended;
};

/// A dialect whose client makes canonical requests.
class probe_dialect final : public protocol::dialect {
public:
  explicit probe_dialect(std::shared_ptr<probe_script> script)
      : script_(std::move(script)) {}

  void handle_frame(const protocol::frame&, net::time_point) override {}

  void handle_outcome(protocol::request_token token,
                      const protocol::outcome& result) override {
    script_->outcomes.insert_or_assign(token, result);
  }

  void handle_event(const protocol::any_event& event) override {
    script_->events.push_back(event);
  }

  protocol::close_connection handle_end(protocol::end_reason why) override {
    script_->ended = why;
    return dialect::handle_end(why);
  }

  void handle_timeout(net::time_point) override {}

  std::optional<net::time_point> poll_timeout() const override {
    return std::nullopt;
  }

  std::optional<protocol::pending_request> poll_request() override {
    if (script_->requests.empty())
      return std::nullopt;
    protocol::pending_request out{++asked_,
                                  std::move(script_->requests.front())};
    script_->requests.pop_front();
    return out;
  }

  std::optional<protocol::frame> poll_frame() override {
    return std::nullopt;
  }

  std::optional<protocol::close_connection> poll_close() override {
    return std::nullopt;
  }

  // By the path in each probe's handshake.
  static inline std::map<std::string, std::shared_ptr<probe_script>> scripts;

private:
  std::shared_ptr<probe_script> script_;
  protocol::request_token asked_ = 0;
};

/// A client without a real dialect: canonical requests in, outcomes and events
/// out, through a real session in an `actor_world`.
class probe_client {
public:
  /// `patience` is how long it waits for the answer to a join.
  explicit probe_client(actor_world& world,
                        std::chrono::seconds patience = std::chrono::hours{24})
      : script(std::make_shared<probe_script>())
      , connection(std::make_shared<fake_connection>())
      , world_(world) {
    static const protocol::dialect_entry any{
        "probe", protocol::carrier::websocket,
        [](const protocol::handshake&) { return true; },
        [](const protocol::handshake&)
            -> std::optional<protocol::handshake_refusal> {
          return std::nullopt;
        },
        [](const protocol::handshake& hello, net::rng&,
           net::time_point) -> std::unique_ptr<protocol::dialect> {
          return std::make_unique<probe_dialect>(
              probe_dialect::scripts.at(hello.path));
        }};
    static std::map<std::chrono::seconds, protocol::dialect_entry> entries;
    auto& entry = entries.try_emplace(patience, any).first->second;
    entry.patience = patience;
    static int count = 0;
    protocol::handshake hello;
    hello.path = std::to_string(++count);
    probe_dialect::scripts.emplace(hello.path, script);
    session_ = actors::spawn_session(
        *world.system,
        {connection, &entry, hello, world.services,
         caf::actor_cast<actors::room_gate_actor>(world.server)});
  }

  probe_client(const probe_client&) = delete;

  ~probe_client() {
    hang_up();
    world_.run();
  }

  /// Sends a request without waiting.
  void send(protocol::request x) {
    script->requests.push_back(std::move(x));
    ++asked_;
    caf::anon_send(session_, actors::frame_received{});
  }

  /// Sends a request, runs all actors, and returns the response.
  protocol::outcome ask(protocol::request x) {
    send(std::move(x));
    world_.run();
    auto found = script->outcomes.find(asked_);
    REQUIRE(found != script->outcomes.end());
    return found->second;
  }

  /// The reply, which must be of type `T`.
  template <class Reply>
  Reply get(protocol::request x) {
    auto out = ask(std::move(x));
    if (auto* refused = std::get_if<protocol::error>(&out))
      FAIL(refused->message);
    auto* reply = std::get_if<Reply>(&std::get<protocol::success>(out));
    REQUIRE(reply);
    return std::move(*reply);
  }

  /// The error code of a refusal; nothing if the request was granted.
  std::optional<protocol::error_code> refusal(protocol::request x) {
    auto out = ask(std::move(x));
    auto* refused = std::get_if<protocol::error>(&out);
    return refused ? std::optional{refused->code} : std::nullopt;
  }

  /// Takes the oldest event of type `T` and discards those before it.
  template <class Event>
  std::optional<Event> event() {
    for (auto i = script->events.begin(); i != script->events.end(); ++i)
      if (auto* found = std::get_if<Event>(&*i)) {
        auto out = std::move(*found);
        script->events.erase(script->events.begin(), i + 1);
        return out;
      }
    return std::nullopt;
  }

  /// Closes the connection, or breaks it if `lost`.
  void hang_up(bool lost = false) {
    if (session_)
      caf::anon_send(session_, actors::connection_closed{lost});
    session_ = nullptr;
  }

  const actors::session_actor& session() const {
    return session_;
  }

  std::shared_ptr<probe_script> script;
  std::shared_ptr<fake_connection> connection;

private:
  actor_world& world_;
  actors::session_actor session_;
  protocol::request_token asked_ = 0;
};

/// Where the id comes from under which a test's client joins.
enum class id_origin {
  /// The client chose it.
  client,
  /// The server chose it.
  server,
  /// The server derived it from the client's secret, as for clients of dialects
  /// B and C.
  derived,
};

/// What a join has besides its id; see verb::join.
struct join_options {
  std::string room = "r";
  id_origin id = id_origin::client;
  bool must_exist = false;
  bool hidden = false;
  protocol::participant_rights rights = {};
  bool renames = false;
  std::string rejoin_secret = {};
  bool vouched = false;
};

/// A join as `who`.
inline protocol::verb::join join_as(const std::string& who,
                                    const join_options& x = {}) {
  protocol::verb::join out;
  out.room = protocol::room_id{x.room};
  out.peer = protocol::peer_id{who};
  out.name = who;
  out.named_by_client = x.id == id_origin::client;
  out.derived = x.id == id_origin::derived;
  out.must_exist = x.must_exist;
  out.hidden = x.hidden;
  out.rights = x.rights;
  out.renames = x.renames;
  out.rejoin_secret = x.rejoin_secret;
  out.vouched = x.vouched;
  return out;
}

/// A join of `room` as `who`, under an id that the client chose. A template, so
/// that options in braces never are a room.
template <std::convertible_to<std::string> Room>
protocol::verb::join join_as(const std::string& who, const Room& room) {
  return join_as(who, join_options{.room = room});
}

/// A request to produce Opus.
inline protocol::verb::produce opus_producer() {
  auto parsed = parse_json("{" + audio_track(1) + "}");
  protocol::verb::produce out;
  out.parameters = *protocol::decode_rtp_parameters(parsed["rtpParameters"]);
  return out;
}

} // namespace troupe::test
