#include "actors/base/live_objects.hpp"
#include "bench/support/doctest_outside.hpp"
#include "net/base/rng.hpp"
#include "stress_member.hpp"
#include "tests/actors/support/any_client.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

/// Members of a whole server that return, move, close and consume for some
/// time. Best run with delay_threads preloaded, which delays all threads at
/// random.
///   call_stress [seconds] [seed]
/// A finding is a missing response, a refusal of a valid request, a member that
/// is removed, a consumer that stays silent for five seconds, or an actor that
/// is left after all members have left. The first finding ends the program and
/// is printed with the seed of its round.
namespace {

using namespace troupe;
using namespace troupe::test;

using clock = std::chrono::steady_clock;

constexpr auto grace = std::chrono::seconds{1};

struct tally {
  std::atomic<uint64_t> rounds{0};
  std::atomic<uint64_t> returns{0};
  std::atomic<uint64_t> closes{0};
  std::atomic<uint64_t> moves{0};
};

thread_local uint64_t current_seed = 0;

/// Ends the program with `finding` unless `good`.
void must(bool good, const std::string& finding) {
  if (good)
    return;
  std::fprintf(stderr, "FAILED (seed %llu): %s\n",
               static_cast<unsigned long long>(current_seed), finding.c_str());
  std::abort();
}

/// Ends the program if `receiver` gets no packet of `sender` within five
/// seconds.
void must_receive(stress_member& receiver, stress_member& sender) {
  auto first = sender.next_number();
  auto deadline = clock::now() + std::chrono::seconds{5};
  do {
    must(clock::now() < deadline, "a consumer received no packet");
    sender.speak();
    sender.pump();
    receiver.pump();
  } while (!receiver.has_received(first));
}

/// Two members in a room of their own, until the time is over.
class duet {
public:
  duet(uint16_t port, uint32_t number, uint64_t seed, tally& counts)
      : port_(port)
      , number_(number)
      , random_(net::make_seeded_rng(seed))
      , counts_(counts) {}

  void play() {
    auto room = "room" + std::to_string(number_);
    stress_member ann{port_, room, "ann", number_ * 100'000 + 1};
    stress_member bob{port_, room, "bob", number_ * 100'000 + 50'001};
    ann.begin();
    bob.begin();
    bob.consume(known_to(bob, ann));
    must_receive(bob, ann);
    for (int i = 0; i < 40; ++i) {
      act(ann, bob);
      must_receive(bob, ann);
    }
    ann.must_be_member();
    bob.must_be_member();
    ann.leave();
    bob.leave();
    ++counts_.rounds;
  }

private:
  // The producer of `of`, once `asks` can list it.
  const std::string& known_to(stress_member& asks, stress_member& of) {
    REQUIRE(eventually([&] { return asks.knows(of.producer()); }));
    return of.producer();
  }

  // Checks that no member is removed when the grace time is over.
  void outlast_grace(stress_member& ann, stress_member& bob) {
    auto end = clock::now() + grace + std::chrono::milliseconds{100};
    while (clock::now() < end)
      must_receive(bob, ann);
    ann.must_be_member();
    bob.must_be_member();
  }

  void act(stress_member& ann, stress_member& bob) {
    switch (random_->below(8)) {
      case 0:
        ++counts_.returns;
        return bob.reconnect(true);
      case 1:
        ++counts_.returns;
        return bob.reconnect(false);
      case 2:
        ++counts_.returns;
        return ann.reconnect(random_->below(2) == 0);
      case 3:
        return outlast_grace(ann, bob);
      case 4:
        ann.close_producer();
        return bob.consume(known_to(bob, ann));
      default:
        // While media is in flight.
        for (auto n = random_->below(20); n > 0; --n)
          ann.speak();
        ++counts_.closes;
        bob.close_consumer();
        bob.consume(ann.producer());
    }
  }

  uint16_t port_;
  uint32_t number_;
  std::unique_ptr<net::rng> random_;
  tally& counts_;
};

/// Opens a room and joins it. An existing empty room may close between the two
/// requests and is then opened again.
void enter(any_client& who, const std::string& room) {
  for (int tries = 0; tries < 20; ++tries) {
    who.request("createRoom", test::quoted(room));
    auto joined = who.request("joinRoom", test::quoted(room) + ",\"eve\"");
    if (!joined.refused())
      return;
    must(joined.failure == "Room not found", joined.failure);
  }
  must(false, "no room could be joined");
}

/// A client that moves from room to room.
void wander(uint16_t port, uint64_t seed, clock::time_point end,
            tally& counts) {
  auto random = net::make_seeded_rng(seed);
  uint32_t at = 0;
  while (clock::now() < end) {
    any_client eve{port, framing::socketio, "", "eve"};
    for (uint32_t i = 0; i < 20; ++i) {
      // Always another room than the last one.
      at = (at + 1 + random->below(2)) % 3;
      auto room = "hall" + std::to_string(at);
      enter(eve, room);
      auto made =
          eve.request("createWebRtcTransport", R"({"direction":"send"})");
      must(!made.refused(), made.failure);
      ++counts.moves;
    }
  }
}

int stress(std::chrono::seconds time, uint64_t seed) {
  auto settings = loopback();
  settings.room.reconnect_grace = grace;
  settings.room.empty_timeout = std::chrono::seconds{1};
  // The test is about ordering, so overload is off.
  settings.overload.cpu = 0;
  settings.overload.delay = std::chrono::milliseconds{0};
  settings.overload.shed_delay = std::chrono::milliseconds{0};
  net::testing::tcp_client::patience = 10;
  running_node node{settings};
  tally counts;
  auto end = clock::now() + time;
  std::vector<std::thread> threads;
  for (uint32_t i = 1; i <= 4; ++i)
    threads.emplace_back([&, i] {
      for (auto round = seed + i * 1'000'000; clock::now() < end; ++round) {
        current_seed = round;
        duet{node.port(), i, round, counts}.play();
      }
    });
  threads.emplace_back([&] { wander(node.port(), seed, end, counts); });
  for (auto& x : threads)
    x.join();
  auto gone =
      eventually([&] { return node.server.live_actors() == node.baseline; });
  std::printf("%llu rounds, %llu returns, %llu closes, %llu moves; %zu actors "
              "left\n",
              static_cast<unsigned long long>(counts.rounds),
              static_cast<unsigned long long>(counts.returns),
              static_cast<unsigned long long>(counts.closes),
              static_cast<unsigned long long>(counts.moves),
              node.server.live_actors() - node.baseline);
  return gone && counts.rounds > 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  troupe::bench::doctest_outside checks;
  auto number = [&](int i, uint64_t fallback) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : fallback;
  };
  return stress(std::chrono::seconds{number(1, 10)}, number(2, 1));
}
