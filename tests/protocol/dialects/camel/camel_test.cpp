#include "net/base/rng.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "tests/protocol/dialects/canonical.hpp"

#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace troupe::protocol;
using troupe::test::describe;
namespace net = troupe::net;

namespace {

// A Socket.IO client that has connected and sent nothing yet.
struct client {
  client() {
    handshake hello;
    hello.carrier = carrier::socketio;
    hello.path = "/socket.io/";
    connection = find_dialect(hello)->make(hello, *random, {});
    connection->handle_frame({"0", false}, {});
    sid = connection->poll_frame()->payload.substr(9);
    sid.resize(sid.find('"'));
  }

  // The requests that a frame leads to, as text.
  std::vector<std::string> send(const std::string& text) {
    connection->handle_frame({text, false}, {});
    std::vector<std::string> out;
    while (auto x = connection->poll_request()) {
      out.push_back(describe(x->request));
      last = std::move(*x);
      if (const auto join = std::get_if<verb::join>(&last.request))
        joined_as = *join;
    }
    return out;
  }

  std::optional<std::string> next_frame() {
    auto out = connection->poll_frame();
    return out ? std::optional{out->payload} : std::nullopt;
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  std::unique_ptr<dialect> connection;
  std::string sid;
  pending_request last;
  verb::join joined_as;
};

using requests = std::vector<std::string>;

} // namespace

TEST_CASE("an id that the client chose can be taken over, its sid cannot") {
  client alice;
  alice.send(R"(21["join","daily","alice"])");
  CHECK_EQ(alice.joined_as.peer.str(), "alice");
  CHECK(alice.joined_as.named_by_client);
  client bob;
  bob.send(R"(21["join","daily"])");
  CHECK_EQ(bob.joined_as.peer.str(), bob.sid);
  CHECK_FALSE(bob.joined_as.named_by_client);
  client carol;
  carol.send(R"(21["join","daily",")" + carol.sid + "\"]");
  CHECK_EQ(carol.joined_as.peer.str(), carol.sid);
  CHECK_FALSE(carol.joined_as.named_by_client);
  client dave;
  dave.send(R"(21["createProducerTransport",{"userId":"dave"}])");
  CHECK_EQ(dave.joined_as.peer.str(), dave.sid);
  CHECK_FALSE(dave.joined_as.named_by_client);
}

TEST_CASE("an event name that dialects share does not select the vocabulary") {
  for (const auto& name : {"produce", "consume", "kick", "mute"}) {
    client alice;
    CHECK(alice.send("21[\"" + std::string{name} + "\",{}]").empty());
    CHECK_EQ(alice.next_frame(),
             R"(31[{"error":"Not joined","code":"not-joined"}])");
    CHECK_EQ(alice.send(R"(22["join-mediasoup-room",{"roomId":"daily"}])"),
             requests{"join room=daily peer=" + alice.sid});
  }
}

TEST_CASE("after any first camelCase request all others are accepted") {
  for (const std::string first :
       {R"("getRouterRtpCapabilities")", R"("createWebRtcTransport")",
        R"("create-consumer-transport")", R"("createRoom","daily")",
        R"("joinRoom","daily","alice")", R"("join","daily")",
        R"("createProducerTransport",{})", R"("createConsumerTransport",{})"}) {
    CAPTURE(first);
    client alice;
    CHECK_FALSE(alice.send("21[" + first + "]").empty());
    CHECK_EQ(alice.send(R"(22["getRouterRtpCapabilities","nightly"])"),
             requests{"get_capabilities room=nightly"});
    CHECK_FALSE(alice.send(R"(23["createConsumerTransport",{}])").empty());
    CHECK_EQ(alice.send(R"(24["consume-media",{}])"),
             requests{"consume paused own_if_alone"});
    CHECK_EQ(alice.send(R"(25["consume",{}])"), requests{"consume"});
  }
}

TEST_CASE("an overlong room or user is refused") {
  const std::string longest(256, 'x');
  client alice;
  CHECK(alice.send(R"(21["joinRoom",")" + longest + "x\",\"a\"]").empty());
  CHECK_EQ(
      alice.next_frame(),
      R"(31[{"error":"roomId: must have at most 256 octets","code":"bad-request"}])");
  CHECK(alice.send(R"(22["joinRoom","a",")" + longest + "x\"]").empty());
  CHECK_EQ(
      alice.next_frame(),
      R"(32[{"error":"userId: must have at most 256 octets","code":"bad-request"}])");
  CHECK_EQ(
      alice.send("23[\"joinRoom\",\"" + longest + "\",\"" + longest + "\"]")
          .size(),
      3);
}

TEST_CASE("a reply that arrives after the client moved changes nothing") {
  client alice;
  alice.send(R"(21["join","daily","alice"])");
  alice.send(R"(22["leaveRoom"])");
  reply::joined joined;
  joined.producers.push_back(
      {producer_id{"p1"}, peer_id{"bob"}, media_kind::audio, false, {}});
  // Tokens count up from 1: the join, its two further requests, the leave.
  alice.connection->handle_outcome(1, success{joined});
  for (request_token token : {2, 3, 4})
    alice.connection->handle_outcome(token, success{reply::ok{}});
  while (alice.next_frame()) {
  }
  CHECK_EQ(alice.send(R"(23["createConsumerTransport",{}])").size(), 2);
  alice.connection->handle_outcome(5, success{reply::joined{}});
  alice.connection->handle_outcome(6, success{reply::transport_created{}});
  CHECK(alice.next_frame());
  alice.connection->handle_timeout(net::time_point{} + std::chrono::seconds{9});
  CHECK_FALSE(alice.next_frame());
}

TEST_CASE("a refused move withdraws the requests that follow it") {
  client alice;
  alice.send(R"(21["join","daily","alice"])");
  reply::joined joined;
  joined.participants = {{peer_id{"alice"}, "Alice"}};
  alice.connection->handle_outcome(1, success{joined});
  alice.connection->handle_outcome(2, success{reply::capabilities{}});
  alice.connection->handle_outcome(3, success{reply::transport_created{}});
  CHECK(alice.next_frame());
  alice.connection->handle_frame({R"(22["joinRoom","nowhere","alice"])", false},
                                 {});
  auto move = alice.connection->poll_request();
  REQUIRE(move);
  CHECK_EQ(describe(move->request), "join room=nowhere peer=alice name=alice "
                                    "must_exist moves");
  alice.connection->handle_outcome(move->token,
                                   make_error(error_code::room_not_found));
  // A create_transport would create one in Alice's old room.
  CHECK_FALSE(alice.connection->poll_request());
  CHECK_EQ(alice.next_frame(),
           R"(32[{"error":"Room not found","code":"room-not-found"}])");
  alice.connection->handle_event(event::producer_added{
      {producer_id{"p1"}, peer_id{"bob"}, media_kind::audio, false, {}}});
  CHECK(alice.next_frame());
  CHECK_EQ(alice.send(R"(23["getProducers"])"), requests{"list_producers"});
}

TEST_CASE("each request that a dialect itself refuses is counted once") {
  client alice;
  for (const auto& [text, why] :
       std::vector<std::pair<std::string, error_code>>{
           {R"(21["joinRoom","daily",true])", error_code::bad_request},
           {R"(22["leaveRoom"])", error_code::not_joined},
           {R"(2["nobodyKnows"])", error_code::unknown_method}}) {
    CAPTURE_BOUND(text);
    alice.send(text);
    const auto noted = alice.connection->poll_refusal();
    REQUIRE(noted);
    CHECK_EQ(to_string(*noted), to_string(why));
    CHECK_FALSE(alice.connection->poll_refusal());
  }
  // The server counts its own refusals.
  alice.send(R"(23["join","daily","alice"])");
  alice.connection->handle_outcome(1, make_error(error_code::overloaded));
  CHECK_FALSE(alice.connection->poll_refusal());
}
