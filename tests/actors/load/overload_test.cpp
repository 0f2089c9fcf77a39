#include "tests/actors/support/fake_client.hpp"

#include <array>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

constexpr auto overloaded = overload_state{overload_level::busy, 0};

/// After this time a member is a newcomer no more.
constexpr auto entered = std::chrono::seconds{6};

/// A client of dialect B (`events`) whose session runs in an `actor_world`.
class events_client {
public:
  explicit events_client(actor_world& world)
      : world_(world)
      , connection_(std::make_shared<fake_connection>()) {
    protocol::handshake hello;
    hello.carrier = protocol::carrier::socketio;
    hello.path = "/socket.io/";
    session_ = spawn_session(*world.system,
                             {connection_, protocol::find_dialect(hello), hello,
                              world.services,
                              caf::actor_cast<room_gate_actor>(world.server)});
    say("0");
  }

  events_client(const events_client&) = delete;

  ~events_client() {
    caf::anon_send(session_, connection_closed{});
    world_.run();
  }

  /// Emits an event and returns its acknowledgement.
  json call(const std::string& event, const std::string& payload) {
    auto id = std::to_string(++last_id_);
    connection_->sent.clear();
    say("2" + id + "[" + quoted(event) + "," + payload + "]");
    auto prefix = "3" + id;
    for (const auto& text : connection_->sent)
      if (text.starts_with(prefix + "["))
        return parse_json(
            text.substr(prefix.size() + 1, text.size() - prefix.size() - 2));
    FAIL(event << " has no acknowledgement");
    return {};
  }

  json join(const std::string& room) {
    return call("join-mediasoup-room", "{\"roomId\":" + quoted(room) + "}");
  }

  std::optional<uint16_t> closed() const {
    return connection_->closed;
  }

private:
  void say(const std::string& text) {
    caf::anon_send(session_, frame_received{text, false});
    world_.run();
  }

  actor_world& world_;
  std::shared_ptr<fake_connection> connection_;
  session_actor session_;
  int last_id_ = 0;
};

/// Newcomers do not wait in line.
config without_line() {
  config out;
  out.overload.max_wait = {};
  return out;
}

/// Ann sends; both are members, and Bob is ready to receive.
struct overload_scene {
  overload_scene() {
    world.run();
    for (auto* who : {&ann, &bob}) {
      who->create_transport("send");
      who->create_transport("recv");
    }
    producer = ann.produce(audio_track(1));
    world.pass(entered);
    ann.messages().pushes.clear();
    bob.messages().pushes.clear();
  }

  void expect_nothing_changed(size_t live) {
    CHECK(world.live() == live);
    CHECK(world.rooms() == 1);
    CHECK(ann.messages().pushes.empty());
    CHECK(bob.messages().pushes.empty());
  }

  actor_world world{without_line()};
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  std::string producer;
};

} // namespace

TEST_CASE("an overloaded server refuses joins by `ws` and closes with 1013") {
  overload_scene at;
  auto live = at.world.live();
  at.world.load->publish(overloaded);
  for (const auto* room : {"r", "new"}) {
    CAPTURE(room);
    fake_client cid{at.world, room, "cid"};
    at.world.run();
    auto error = cid.push("error");
    REQUIRE(error);
    CHECK(text_at(*error, "/data/code") == "overloaded");
    CHECK(text_at(*error, "/data/request") == "join");
    CHECK_FALSE(text_at(*error, "/message").empty());
    CHECK(cid.closed() == 1013);
  }
  at.expect_nothing_changed(live);
  auto refused = at.world.load->refused();
  CHECK(refused.rooms == 1);
  CHECK(refused.members == 1);
  CHECK(refused.consumers == 0);
  at.world.load->publish({});
  fake_client cid{at.world, "new", "cid"};
  at.world.run();
  CHECK_FALSE(cid.closed());
  CHECK(at.world.rooms() == 2);
  CHECK(text_at(cid.request("get-producers"), "/type") == "producers");
}

TEST_CASE(
    "an overloaded server refuses joins by `events` until the load is gone") {
  overload_scene at;
  events_client dora{at.world};
  auto live = at.world.live();
  at.world.load->publish(overloaded);
  for (const auto* room : {"r", "new"}) {
    auto answer = dora.join(room);
    CHECK(text_at(answer, "/code") == "overloaded");
    CHECK_FALSE(text_at(answer, "/error").empty());
  }
  CHECK_FALSE(dora.closed());
  at.expect_nothing_changed(live);
  CHECK(at.world.load->refused().rooms == 1);
  CHECK(at.world.load->refused().members == 1);
  // Requests that cost nothing still succeed.
  CHECK(dora.call("get-rtp-capabilities", R"({"roomId":"r"})")
            .HasMember("rtpCapabilities"));
  at.world.load->publish({});
  auto answer = dora.join("r");
  CHECK_FALSE(text_at(answer, "/peerId").empty());
}

TEST_CASE("an overloaded server refuses consumers and no other request") {
  overload_scene at;
  auto consumed = at.bob.consume();
  auto consumer =
      "{\"consumerId\":" + quoted(text_at(consumed, "/data/id")) + "}";
  at.bob.produce(audio_track(2));
  at.world.run();
  at.ann.messages().pushes.clear();
  events_client dora{at.world};
  dora.join("r");
  dora.call("create-webrtc-transport", R"({"roomId":"r","direction":"recv"})");
  at.world.pass(entered);
  at.ann.messages().pushes.clear();
  at.bob.messages().pushes.clear();
  at.world.load->publish(overloaded);
  auto live = at.world.live();
  auto capabilities = at.ann.capabilities();
  auto error = at.ann.consume();
  CHECK(text_at(error, "/type") == "error");
  CHECK(text_at(error, "/data/code") == "overloaded");
  CHECK(text_at(error, "/data/request") == "consume");
  auto refused = dora.call(
      "consume", "{\"roomId\":\"r\",\"producerId\":" + quoted(at.producer)
                     + ",\"rtpCapabilities\":" + capabilities + "}");
  CHECK(text_at(refused, "/code") == "overloaded");
  at.expect_nothing_changed(live);
  CHECK(at.world.load->refused().consumers == 2);
  // An invalid request still gets its own error.
  CHECK(text_at(at.ann.request("consume"), "/data/code") == "bad-request");
  CHECK(at.world.load->refused().consumers == 2);
  // Members keep their consumers and may send more.
  const std::vector<std::array<std::string, 3>> rows{
      {"pause-consumer", consumer, "consumer-paused"},
      {"resume-consumer", consumer, "consumer-resumed"},
      {"request-key-frame", consumer, "key-frame-requested"},
      {"get-producers", "{}", "producers"},
      {"create-transport", "{}", "transport-params"},
      {"restart-ice", "{}", "ice-restarted"},
      {"produce", "{" + audio_track(3, "3") + "}", "producer-id"},
      {"close-consumer", consumer, "consumer-closed"},
      {"leave", "{}", "left"}};
  for (const auto& [type, data, reply] : rows)
    CHECK(text_at(at.bob.request(type, data), "/type") == reply);
}

TEST_CASE("a member that was just admitted may consume on a busy server") {
  overload_scene at;
  fake_client cid{at.world, "r", "cid"};
  cid.create_transport("recv");
  at.world.load->publish(overloaded);
  at.world.pass(std::chrono::seconds{4});
  CHECK(text_at(cid.consume(), "/type") == "consumer-params");
  at.world.pass(std::chrono::seconds{2});
  CHECK(text_at(cid.consume(",\"producerId\":" + quoted(at.producer)),
                "/data/code")
        == "overloaded");
  CHECK(at.world.load->refused().consumers == 1);
}

TEST_CASE("consumers are accepted again after the overload") {
  overload_scene at;
  for (auto level : overload_levels) {
    CAPTURE(to_string(level));
    at.world.load->publish({level, 0});
    auto reply = at.bob.consume(",\"producerId\":" + quoted(at.producer));
    CHECK(text_at(reply, "/type")
          == (level == overload_level::normal ? "consumer-params" : "error"));
  }
  at.world.load->publish({});
  CHECK(
      text_at(at.bob.consume(",\"producerId\":" + quoted(at.producer)), "/type")
      == "consumer-params");
}

TEST_CASE("a client that leaves an overloaded server leaves nothing behind") {
  actor_world world{without_line()};
  world.load->publish(overloaded);
  {
    fake_client ann{world, "r", "ann"};
    events_client bob{world};
    bob.join("r");
  }
  world.run();
  CHECK(world.live() == world.baseline);
  CHECK(world.rooms() == 0);
}
