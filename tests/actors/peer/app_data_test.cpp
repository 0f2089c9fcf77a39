// Limits of the application data of a peer's and a room's producers.
#include "tests/actors/support/fake_client.hpp"
#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

// An `appData` member that counts as `octets` octets on the server.
std::string app_data(size_t octets) {
  return R"(,"appData":{"x":")" + std::string(octets - 8, 'x') + "\"}";
}

json produce(fake_client& who, uint32_t ssrc, size_t octets) {
  return who.request("produce", "{" + audio_track(ssrc, std::to_string(ssrc))
                                    + app_data(octets) + "}");
}

actors::config limits(uint32_t room, uint32_t peer) {
  actors::config out;
  out.room.max_app_data = room;
  out.room.max_app_data_per_peer = peer;
  return out;
}

// The response to a request, as text: it exceeds the size limit for clients'
// messages. Empty if the connection ends before it.
std::string next_list(net::testing::ws_client& who, int id) {
  for (;;) {
    auto text = who.text();
    if (!text.starts_with("{"))
      return {};
    if (text.find("\"id\":" + std::to_string(id) + ",") < 100)
      return text;
  }
}

size_t producers_in(const std::string& list) {
  size_t count = 0;
  for (auto i = list.find("\"producerId\""); i != std::string::npos;
       i = list.find("\"producerId\"", i + 1))
    ++count;
  return count;
}

uint64_t refused(actor_world& world) {
  return world.load->counters().requests_refused[static_cast<size_t>(
      protocol::error_code::limit_reached)];
}

} // namespace

TEST_CASE("a limit applies to the appData of all producers of a peer") {
  actor_world world{limits(1 << 20, 2000)};
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  ann.create_transport("send");
  auto first = produce(ann, 1, 1500);
  REQUIRE(text_at(first, "/type") == "producer-id");
  auto second = produce(ann, 2, 501);
  CHECK(text_at(second, "/data/code") == "limit-reached");
  CHECK(text_at(second, "/data/message")
        == "appData: must have at most 2000 octets in all producers of the "
           "peer");
  CHECK(refused(world) == 1);
  // The refused producer left nothing behind, and a smaller one is accepted.
  CHECK(bob.request("get-producers")["data"].Size() == 1);
  CHECK(text_at(produce(ann, 3, 500), "/type") == "producer-id");
  CHECK(text_at(produce(ann, 4, 10), "/data/code") == "limit-reached");
  // Closing a producer frees its share.
  ann.request("close-producer",
              R"({"producerId":)" + quoted(text_at(first, "/data/id")) + "}");
  CHECK(text_at(produce(ann, 5, 1500), "/type") == "producer-id");
}

TEST_CASE(
    "a producer with little appData is accepted although the room's is full") {
  actor_world world{limits(2000, 64 << 10)};
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  fake_client elsewhere{world, "other", "carol"};
  ann.create_transport("send");
  bob.create_transport("send");
  elsewhere.create_transport("send");
  REQUIRE(text_at(produce(ann, 1, 1024 + 2000), "/type") == "producer-id");
  CHECK(text_at(produce(bob, 1, 1025), "/data/message")
        == "appData: must have at most 2000 octets in all producers of the "
           "room");
  CHECK(text_at(produce(bob, 2, 1000), "/type") == "producer-id");
  CHECK(text_at(produce(bob, 3, 24), "/type") == "producer-id");
  CHECK(text_at(produce(bob, 4, 10), "/data/code") == "limit-reached");
  CHECK(text_at(produce(elsewhere, 1, 3000), "/type") == "producer-id");
  ann.hang_up();
  world.run();
  CHECK(text_at(produce(bob, 5, 2000), "/type") == "producer-id");
}

TEST_CASE("a newcomer can join a room however long its list of producers is") {
  auto settings = loopback();
  settings.room.max_app_data = 64 << 20;
  settings.room.max_app_data_per_peer = 1 << 20;
  running_node node{settings};
  std::vector<std::unique_ptr<live_client>> crowd;
  for (int i = 0; i < 6; ++i) {
    auto& who = *crowd.emplace_back(
        std::make_unique<live_client>(node.port(), "r", std::to_string(i)));
    who.request("create-transport", R"({"direction":"send"})");
    for (uint32_t k = 1; k <= 16; ++k)
      who.produce(audio_track(k, std::to_string(k)) + app_data(16 << 10));
  }
  net::testing::ws_client late{node.port(), "/socket?auth=late&channelId=r"};
  auto id = 0;
  const auto list = [&] {
    late.send_text(make_request(++id, "get-producers", "{}"));
    return next_list(late, id);
  };
  // A client has the answer to `produce` before the room lists the producer.
  while (producers_in(list()) < 96 && id < 1000) {
  }
  // Several times more than a slow reader may leave unread.
  for (int i = 1; i <= 3; ++i) {
    const auto whole = list();
    CHECK(producers_in(whole) == 96);
    CHECK(whole.size() > 3 << 19);
  }
}

TEST_CASE("a client that asks for many long lists gets one after the other") {
  auto settings = loopback();
  settings.room.max_app_data_per_peer = 1 << 20;
  running_node node{settings};
  live_client ann{node.port(), "r", "ann"};
  ann.request("create-transport", R"({"direction":"send"})");
  for (uint32_t k = 1; k <= 16; ++k)
    ann.produce(audio_track(k, std::to_string(k)) + app_data(16 << 10));
  net::testing::ws_client bob{node.port(), "/socket?auth=bob&channelId=r"};
  // 100 lists of 256 KB; the client begins to read after it has asked for all.
  constexpr int count = 100;
  for (int i = 1; i <= count; ++i)
    bob.send_text(make_request(i, "get-producers", "{}"));
  for (int i = 1; i <= count; ++i)
    CHECK(producers_in(next_list(bob, i)) == 16);
}
