#include "actors/speech/speech_activity.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// Three members who joined one after the other.
struct room {
  room() {
    for (auto* x : {&ann, &bob, &cid}) {
      *x = ranking.add(now);
      now += 1s;
    }
    rank();
  }

  /// A member speaks for a while, at 50 packets a second.
  void talk(const std::shared_ptr<speech_activity>& who, uint8_t level,
            net::duration time) {
    for (net::duration t{}; t < time; t += 20ms)
      who->note_level(level, now += 20ms);
  }

  void rank() {
    ranking.refresh(now += 1s);
  }

  net::time_point now{};
  speech_ranking ranking;
  std::shared_ptr<speech_activity> ann, bob, cid;
};

} // namespace

TEST_CASE("silent members rank by join time, the latest first") {
  room at;
  CHECK(at.cid->recency() == 0);
  CHECK(at.bob->recency() == 1);
  CHECK(at.ann->recency() == 2);
  for (const auto& x : {at.ann, at.bob, at.cid})
    CHECK_FALSE(x->loudness());
}

TEST_CASE("the last speaker ranks first until another member speaks") {
  room at;
  at.talk(at.ann, 30, 1s);
  at.rank();
  CHECK(at.ann->recency() == 0);
  CHECK(at.cid->recency() == 1);
  CHECK(at.ann->loudness() == 0);
  at.talk(at.bob, 30, 1s);
  at.rank();
  CHECK(at.bob->recency() == 0);
  CHECK(at.ann->recency() == 1);
  CHECK(at.cid->recency() == 2);
  at.now += 60s;
  at.rank();
  CHECK(at.bob->recency() == 0);
  CHECK_FALSE(at.bob->loudness());
  CHECK_FALSE(at.ann->loudness());
}

TEST_CASE("the louder of two speakers ranks first") {
  room at;
  for (int i = 0; i < 50; ++i) {
    at.ann->note_level(40, at.now);
    at.bob->note_level(20, at.now += 20ms);
  }
  at.rank();
  CHECK(at.bob->loudness() == 0);
  CHECK(at.ann->loudness() == 1);
  CHECK_FALSE(at.cid->loudness());
}

TEST_CASE("noise and clicks do not count as speech") {
  room at;
  at.talk(at.ann, 70, 10s);
  for (int i = 0; i < 10; ++i) {
    at.talk(at.bob, 127, 980ms);
    at.talk(at.bob, 10, 20ms);
  }
  at.rank();
  CHECK(at.cid->recency() == 0);
  CHECK_FALSE(at.ann->loudness());
  CHECK_FALSE(at.bob->loudness());
}

TEST_CASE("ranks are updated at most twice a second") {
  room at;
  at.talk(at.ann, 30, 1s);
  at.ranking.refresh(at.now);
  CHECK(at.ann->recency() == 0);
  at.talk(at.bob, 30, 400ms);
  at.ranking.refresh(at.now);
  CHECK(at.ann->recency() == 0);
  at.ranking.refresh(at.now + 100ms);
  CHECK(at.bob->recency() == 0);
}

TEST_CASE("a member that has left no longer ranks") {
  room at;
  at.talk(at.ann, 30, 1s);
  at.ranking.remove(at.ann);
  at.ranking.remove(at.ann); // idempotent
  at.rank();
  CHECK(at.cid->recency() == 0);
  CHECK(at.bob->recency() == 1);
}

TEST_CASE("audio levels, ranks, additions and removals may be concurrent") {
  speech_ranking ranking;
  auto first = ranking.add({});
  std::atomic<bool> done{false};
  std::thread speaker{[&] {
    for (auto t = net::time_point{}; !done; t += 20ms)
      first->note_level(30, t);
  }};
  std::thread ranker{[&] {
    for (auto t = net::time_point{}; !done; t += 1s)
      ranking.refresh(t);
  }};
  for (int i = 0; i < 2'000; ++i)
    ranking.remove(ranking.add(net::time_point{} + std::chrono::seconds{i}));
  done = true;
  speaker.join();
  ranker.join();
  CHECK(first->recency() <= 1);
}

TEST_CASE("two members without a difference have the same rank") {
  speech_ranking ranking;
  auto ann = ranking.add({});
  auto bob = ranking.add({});
  ranking.refresh(net::time_point{} + 1s);
  CHECK(ann->recency() == 0);
  CHECK(bob->recency() == 0);
}
