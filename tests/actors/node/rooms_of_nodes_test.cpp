// Rooms of two whole servers: how one of them ends.

#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_cluster.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

actors::config with_long_grace() {
  auto out = loopback();
  out.room.reconnect_grace = std::chrono::hours{1};
  return out;
}

/// Waits until a member is told that another one has joined.
void await_joined(live_client& told, const std::string& who) {
  while (text_at(told.push("participant-joined"), "/data/peerId") != who) {
  }
}

/// Ann on the first node, and Bob on the second, in room r.
struct joined_pair {
  joined_pair() {
    ann.request("get-producers"); // she has joined
    bob.emplace(nodes[1].port(), "r", "bob");
    await_joined(ann, "bob");
  }

  running_pair nodes{with_long_grace()};
  live_client ann{nodes[0].port(), "r", "ann"};
  std::optional<live_client> bob;
};

} // namespace

TEST_CASE("the members of a node that stops leave at once") {
  joined_pair x;
  x.nodes[1].server.stop();
  const auto left = x.ann.push("participant-left");
  CHECK(text_at(left, "/data/peerId") == "bob");
  CHECK(x.bob->close_code() == 1001);
}

TEST_CASE("a draining node opens no room of others, and its rooms go on") {
  joined_pair x;
  x.nodes[1].server.drain(std::chrono::hours{1});
  x.bob->push("server-draining");
  // The other node has the room, but this one has not.
  live_client dan{x.nodes[0].port(), "s", "dan"};
  dan.request("get-producers");
  live_client late{x.nodes[1].port(), "s", "late"};
  CHECK(late.close_code() == 1013);
  // A call of its own can still be joined, here and there.
  live_client eve{x.nodes[1].port(), "r", "eve"};
  await_joined(x.ann, "eve");
  live_client cleo{x.nodes[0].port(), "r", "cleo"};
  await_joined(x.ann, "cleo");
  await_joined(*x.bob, "cleo");
  cleo.request("create-transport", R"({"direction":"send"})");
  const auto mic = cleo.produce(audio_track(7));
  CHECK(text_at(x.bob->push("new-producer"), "/data/producerId") == mic);
  // Its last members leave, and it ends: the call goes on elsewhere.
  x.bob->leave();
  eve.leave();
  for (int i = 0; i < 2; ++i)
    x.ann.push("participant-left");
  x.nodes[1].server.stop();
  CHECK(x.ann.request("get-producers")["data"].Size() == 1);
}
