#include "tests/actors/support/fake_client.hpp"

#include "net/base/rng.hpp"

using namespace troupe;
using namespace troupe::test;

TEST_CASE("members are notified when another joins or leaves") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  world.run();
  fake_client bob{world, "r", "bob"};
  world.run();
  auto joined = ann.push("participant-joined");
  REQUIRE(joined);
  CHECK(text_at(*joined, "/data/peerId") == "bob");
  CHECK_FALSE(bob.push("participant-joined"));
  bob.hang_up();
  world.run();
  auto left = ann.push("participant-left");
  REQUIRE(left);
  CHECK(text_at(*left, "/data/peerId") == "bob");
  ann.hang_up();
  world.run();
  CHECK(world.rooms() == 0);
  CHECK(world.live() == world.baseline);
}

TEST_CASE("rooms are independent of each other") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "s", "bob"};
  world.run();
  CHECK(world.rooms() == 2);
  CHECK_FALSE(ann.push("participant-joined"));
  ann.create_transport("send");
  ann.produce(audio_track(1));
  bob.create_transport("recv");
  CHECK(text_at(bob.consume(), "/data/code") == "no-producer");
  auto list = bob.request("get-producers");
  CHECK(list["data"].Empty());
}

TEST_CASE("a producer is announced, listed, paused and withdrawn") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  ann.create_transport("send");
  auto id = ann.produce(audio_track(1));
  auto added = bob.push("new-producer");
  REQUIRE(added);
  CHECK(text_at(*added, "/data/producerId") == id);
  CHECK(text_at(*added, "/data/peerId") == "ann");
  CHECK(text_at(*added, "/data/kind") == "audio");
  CHECK_FALSE(ann.push("new-producer"));
  auto list = bob.request("get-producers");
  REQUIRE(list["data"].Size() == 1);
  CHECK(text_at(list, "/data/0/producerId") == id);
  CHECK(ann.request("get-producers")["data"].Empty()); // its own are known
  auto about = "{\"producerId\":" + quoted(id) + "}";
  ann.request("pause-producer", about);
  CHECK(bob.push("producer-paused"));
  ann.request("pause-producer", about);
  CHECK_FALSE(bob.push("producer-paused")); // it was paused already
  ann.request("resume-producer", about);
  CHECK(bob.push("producer-resumed"));
  ann.request("close-producer", about);
  auto closed = bob.push("producer-closed");
  REQUIRE(closed);
  CHECK(text_at(*closed, "/data/producerId") == id);
  CHECK(bob.request("get-producers")["data"].Empty());
}

TEST_CASE("a duplicate session replaces the first, which is closed with 4001") {
  actor_world world;
  fake_client first{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  first.create_transport("send");
  first.produce(audio_track(1));
  auto secret = text_at(first.request("get-rtp-capabilities"), "/rejoinSecret");
  bob.messages().pushes.clear();
  fake_client second{world, "r", "ann", secret};
  world.run();
  CHECK(first.closed() == 4001);
  CHECK_FALSE(second.closed());
  CHECK(bob.messages().pushes.empty());
  // The end of the first connection takes nothing along.
  SUBCASE("it is closed") {
    first.hang_up();
  }
  SUBCASE("it breaks") {
    first.hang_up(true);
    world.pass(std::chrono::minutes{1});
  }
  world.run();
  CHECK(bob.messages().pushes.empty());
  second.create_transport("send");
  CHECK(bob.push("producer-closed"));
  second.produce(audio_track(1));
  CHECK(bob.request("get-producers")["data"].Size() == 1);
}

TEST_CASE("a room continues when its only member's session is replaced") {
  actor_world world;
  fake_client first{world, "r", "ann"};
  world.run();
  fake_client second{world, "r", "ann"};
  world.run();
  CHECK(first.closed() == 4001);
  fake_client bob{world, "r", "bob"};
  world.run();
  CHECK(world.rooms() == 1);
  auto joined = second.push("participant-joined");
  REQUIRE(joined);
  CHECK(text_at(*joined, "/data/peerId") == "bob");
}

TEST_CASE("a full room refuses newcomers, but not a member with proof") {
  actors::config settings;
  settings.room.max_members = 2;
  actor_world world{settings};
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  fake_client eve{world, "r", "eve"};
  world.run();
  CHECK(eve.closed() == 1013);
  eve.hang_up();
  auto secret = text_at(bob.request("get-rtp-capabilities"), "/rejoinSecret");
  fake_client thief{world, "r", "bob"};
  world.run();
  CHECK(thief.closed() == 1013);
  CHECK_FALSE(bob.closed());
  fake_client twin{world, "r", "bob", secret};
  world.run();
  CHECK_FALSE(twin.closed());
  CHECK(bob.closed() == 4001);
}

TEST_CASE("a room does not close while a newcomer is about to enter") {
  actor_world world;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    auto random = net::make_seeded_rng(seed);
    fake_client ann{world, "r", "ann"};
    world.run();
    // Ann leaves while Bob joins; actors run in any order.
    ann.hang_up();
    fake_client bob{world, "r", "bob"};
    auto& jobs = world.scheduler().jobs;
    while (!jobs.empty()) {
      auto pick = random->below(static_cast<uint32_t>(jobs.size()));
      std::swap(jobs.front(), jobs[pick]);
      world.scheduler().run_once();
    }
    REQUIRE_FALSE(bob.closed());
    fake_client eve{world, "r", "eve"};
    world.run();
    REQUIRE(world.rooms() == 1);
    auto joined = bob.push("participant-joined");
    while (joined && text_at(*joined, "/data/peerId") != "eve")
      joined = bob.push("participant-joined");
    REQUIRE(joined);
    bob.hang_up();
    eve.hang_up();
    world.run();
    REQUIRE(world.rooms() == 0);
    REQUIRE(world.live() == world.baseline);
  }
}
