#include "actors/room/list_dealer.hpp"
#include "tests/actors/support/fake_client.hpp"

#include "net/base/rng.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// A room that is large enough for batched events.
struct test_room {
  explicit test_room(actor_world& in, size_t members) : world(in) {
    for (size_t i = 0; i < members; ++i)
      join("m" + std::to_string(i));
    quiet();
  }

  fake_client& join(const std::string& user) {
    clients.push_back(std::make_unique<fake_client>(world, "hall", user));
    world.run();
    return *clients.back();
  }

  void quiet() {
    world.pass(5s);
    for (auto& x : clients)
      x->messages().pushes.clear();
  }

  fake_client& operator[](size_t i) {
    return *clients[i];
  }

  actor_world& world;
  std::vector<std::unique_ptr<fake_client>> clients;
};

/// A client of dialect B, whose join is answered.
class events_client {
public:
  events_client(actor_world& world, const std::string& room)
      : connection_(std::make_shared<fake_connection>()) {
    protocol::handshake hello;
    hello.carrier = protocol::carrier::socketio;
    hello.path = "/socket.io/";
    session_ = actors::spawn_session(
        *world.system,
        {connection_, protocol::find_dialect(hello), hello, world.services,
         caf::actor_cast<actors::room_gate_actor>(world.server)});
    send("0");
    send(R"(20["join-mediasoup-room",{"roomId":")" + room + "\"}]");
  }

  ~events_client() {
    hang_up();
  }

  void send(const std::string& text) {
    caf::anon_send(session_, actors::frame_received{text, false});
  }

  void hang_up() {
    if (session_)
      caf::anon_send(session_, actors::connection_closed{});
    session_ = nullptr;
  }

  std::deque<std::string>& messages() {
    return connection_->sent;
  }

private:
  std::shared_ptr<fake_connection> connection_;
  actors::session_actor session_;
};

} // namespace

TEST_CASE(
    "a large room is sent several changes at once, each with its last state") {
  actor_world world;
  test_room all{world, 40};
  all[0].create_transport("send");
  auto id = all[0].produce(audio_track(1));
  all.quiet();
  auto about = "{\"producerId\":" + quoted(id) + "}";
  all[0].request("pause-producer", about); // at once: the outbox was idle
  CHECK(all[7].push("producer-paused"));
  auto before = all[7].batches();
  for (int i = 0; i < 10; ++i) {
    all[0].request("resume-producer", about);
    all[0].request("pause-producer", about);
  }
  all[0].request("resume-producer", about);
  CHECK(all[7].batches() == before);
  world.pass(60ms);
  CHECK(all[7].batches() == before + 1);
  CHECK(all[7].push("producer-resumed"));
  CHECK_FALSE(all[7].push("producer-resumed"));
  CHECK_FALSE(all[7].push("producer-paused"));
}

TEST_CASE("a response comes after the events that it reflects") {
  actor_world world;
  test_room all{world, 40};
  all[0].create_transport("send");
  all[1].create_transport("send");
  all.quiet();
  all[0].produce(audio_track(1));
  auto second = all[1].produce(audio_track(2)); // waits for the tick
  CHECK(all[2].push("new-producer"));
  CHECK_FALSE(all[2].push("new-producer"));
  auto list = all[2].request("get-producers");
  CHECK(list["data"].Size() == 2);
  auto notice = all[2].push("new-producer");
  REQUIRE(notice);
  CHECK(text_at(*notice, "/data/producerId") == second);
  world.pass(60ms);
  CHECK_FALSE(all[2].push("new-producer"));
  CHECK(all[3].push("new-producer"));
}

TEST_CASE("a client that joins between two ticks is sent only later events") {
  actor_world world;
  test_room all{world, 40};
  all.join("one"); // at once
  all.join("two");
  auto& late = all.join("three");
  all.join("four");
  world.pass(60ms);
  auto notice = late.push("participant-joined");
  REQUIRE(notice);
  CHECK(text_at(*notice, "/data/peerId") == "four");
  CHECK_FALSE(late.push("participant-joined"));
  for (auto name : {"one", "two", "three", "four"}) {
    auto x = all[5].push("participant-joined");
    REQUIRE(x);
    CHECK(text_at(*x, "/data/peerId") == name);
  }
}

TEST_CASE(
    "whatever the order of the actors, the response to a join comes first") {
  actor_world world;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    auto random = net::make_seeded_rng(seed);
    fake_client ann{world, "r", "ann"};
    world.run();
    events_client bob{world, "r"};
    fake_client eve{world, "r", "eve"};
    fake_client dan{world, "r", "dan"};
    auto& jobs = world.scheduler().jobs;
    while (!jobs.empty()) {
      auto pick = random->below(static_cast<uint32_t>(jobs.size()));
      std::swap(jobs.front(), jobs[pick]);
      world.scheduler().run_once();
    }
    auto& messages = bob.messages();
    REQUIRE(messages.size() >= 2);
    CHECK(messages[0].starts_with("0{"));
    REQUIRE(messages[1].starts_with("30["));
    for (const auto& x : messages)
      if (&x != &messages[0] && &x != &messages[1])
        REQUIRE(x.starts_with("2[\"participant-list-update\""));
    bob.hang_up();
    world.run();
  }
}

TEST_CASE(
    "a long member list is sent in portions, each with the current state") {
  actor_world world;
  std::vector<std::unique_ptr<events_client>> all;
  for (size_t i = 0; i < 100; ++i) {
    all.push_back(std::make_unique<events_client>(world, "hall"));
    world.run();
  }
  world.pass(5s);
  for (auto& x : all)
    x->messages().clear();
  auto listed = [&] {
    return static_cast<size_t>(std::ranges::count_if(all, [](auto& x) {
      return std::ranges::any_of(x->messages(), [](const auto& text) {
        return text.starts_with("2[\"participant-list-update\"");
      });
    }));
  };
  events_client late{world, "hall"};
  world.run();
  CHECK(listed() <= actors::list_dealer::portion);
  // Another client joins while the list is being sent.
  events_client later{world, "hall"};
  world.run();
  world.pass(1s);
  CHECK(listed() == 100);
  auto has_both = [&](auto& x) {
    auto text = x->messages().back();
    size_t people = 0;
    for (auto at = text.find("\"id\""); at != std::string::npos;
         at = text.find("\"id\"", at + 1))
      ++people;
    return people == 102;
  };
  CHECK(std::ranges::count_if(all, has_both)
        >= 100 - 2 * static_cast<ptrdiff_t>(actors::list_dealer::portion));
  world.pass(5s);
  CHECK(std::ranges::all_of(all, has_both));
}
