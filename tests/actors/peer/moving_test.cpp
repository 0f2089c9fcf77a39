#include "actors/base/live_objects.hpp"
#include "tests/actors/support/any_client.hpp"
#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"

/// Clients of dialect D that move from one room to another.
using namespace troupe;
using namespace troupe::test;

namespace {

/// Bob is in one room, Eve in the other.
struct scene {
  scene() : bob(node.port(), "r", "bob"), eve(node.port(), "s", "eve") {
    bob.request("get-producers");
    eve.request("get-producers");
  }

  size_t peers() const {
    return static_cast<size_t>(
        actors::live_object::count(actors::object_kind::peer));
  }

  /// Ann produces, in whichever room she is.
  void produce() {
    auto made = ann.request("createWebRtcTransport", R"({"direction":"send"})");
    REQUIRE_MESSAGE(!made.refused(), made.failure);
    auto sent = ann.request("produce", "{" + audio_track(7) + "}");
    REQUIRE_MESSAGE(!sent.refused(), sent.failure);
  }

  /// Ann joins Bob's room and sends; Bob has read all events.
  void ann_is_seen_by_bob() {
    CHECK_FALSE(ann.request("joinRoom", R"("r","ann")").refused());
    bob.push("participant-joined");
    produce();
    bob.push("new-producer");
    bob.request("get-producers"); // reads the other events
    bob.forget_pushes();
  }

  running_node node;
  live_client bob;
  live_client eve;
  any_client ann{node.port(), framing::socketio, "r", "ann"};
};

} // namespace

TEST_CASE(
    "joining another room leaves the first, and both rooms are notified") {
  scene at;
  CHECK_FALSE(at.ann.request("joinRoom", R"("r","ann")").refused());
  CHECK(text_at(at.bob.push("participant-joined"), "/data/peerId") == "ann");
  auto moved = at.ann.request("joinRoom", R"("s","ann")");
  CHECK_MESSAGE(!moved.refused(), moved.failure);
  CHECK(to_text(moved.data).find("\"eve\"") != std::string::npos);
  CHECK(to_text(moved.data).find("\"bob\"") == std::string::npos);
  CHECK(text_at(at.eve.push("participant-joined"), "/data/peerId") == "ann");
  CHECK(text_at(at.bob.push("participant-left"), "/data/peerId") == "ann");
  CHECK(eventually([&] { return at.peers() == 3; }));
  at.produce();
  CHECK(text_at(at.eve.push("new-producer"), "/data/peerId") == "ann");
  // She returns to the first room.
  CHECK_FALSE(at.ann.request("joinRoom", R"("r","ann")").refused());
  CHECK(text_at(at.eve.push("producer-closed"), "/data/peerId") == "ann");
  CHECK(text_at(at.eve.push("participant-left"), "/data/peerId") == "ann");
  CHECK(text_at(at.bob.push("participant-joined"), "/data/peerId") == "ann");
}

TEST_CASE("a member refused by another room stays in its own, unchanged") {
  scene at;
  at.ann_is_seen_by_bob();
  CHECK(at.ann.request("joinRoom", R"("nowhere","ann")").failure
        == "Room not found");
  at.eve.request("lock-room");
  CHECK(at.ann.request("joinRoom", R"("s","ann")").code == "forbidden");
  at.bob.request("get-producers");
  CHECK(at.bob.forget_pushes() == 0);
}

TEST_CASE("a refused move is invisible to the other members") {
  scene at;
  at.ann_is_seen_by_bob();
  at.eve.forget_pushes();
  CHECK(at.ann.request("joinRoom", R"("nowhere","ann")").code
        == "room-not-found");
  CHECK(eventually([&] { return at.peers() == 3; }));
  at.bob.request("get-producers");
  at.eve.request("get-producers");
  CHECK(at.bob.forget_pushes() == 0);
  CHECK(at.eve.forget_pushes() == 0);
  // Her transports and producers can still be used.
  auto stats = at.ann.request("getProducers", "{}");
  CHECK_FALSE(stats.refused());
  auto made =
      at.ann.request("createWebRtcTransport", R"({"direction":"recv"})");
  CHECK_FALSE(made.refused());
}
