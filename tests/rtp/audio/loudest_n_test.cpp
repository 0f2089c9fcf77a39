#include "rtp/audio/loudest_n.hpp"

#include "rtp/audio/loudness.hpp"
#include "tests/support/speech.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// A call whose members send audio packets every 20 ms.
struct call {
  explicit call(size_t members, size_t slots = 3) : engine({slots}) {
    for (size_t i = 0; i < members; ++i)
      speakers.emplace_back(i + 1, -30);
    meters.resize(members);
  }

  void pass(net::duration time) {
    for (auto end = now + time; now < end;) {
      now += synthetic_speech::packet_time;
      std::vector<rtp::loudest_n::candidate> all;
      for (size_t i = 0; i < speakers.size(); ++i) {
        if (absent.contains(i))
          continue;
        meters[i].handle_level(speakers[i].next(), now);
        all.push_back({i, meters[i].latest().remains(now)});
      }
      engine.handle_candidates(all, now);
      note();
    }
  }

  void note() {
    std::set<size_t> holders;
    for (size_t i = 0; i < speakers.size(); ++i)
      if (engine.has_slot(i))
        holders.insert(i);
    most = std::max(most, holders.size());
    for (auto i : holders)
      if (!on.contains(i)) {
        ++changes;
        since[i] = now;
      }
    for (auto i : on)
      if (!holders.contains(i) && !absent.contains(i))
        shortest = std::min(shortest, now - since[i]);
    on = holders;
  }

  // How long it takes until a speaker gets a slot; at most 10 s.
  net::duration wait_for(size_t who) {
    auto begin = now;
    while (!engine.has_slot(who) && now - begin < 10s)
      pass(20ms);
    return now - begin;
  }

  net::time_point now{1000s};
  std::vector<synthetic_speech> speakers;
  std::vector<rtp::loudness> meters;
  std::set<size_t> absent;
  rtp::loudest_n engine;
  std::set<size_t> on;
  std::map<size_t, net::time_point> since;
  size_t most = 0;
  int changes = 0;
  net::duration shortest = 1h;
};

} // namespace

TEST_CASE("loudness rises in three packets, bridges pauses, and falls") {
  rtp::loudness x;
  net::time_point now{1s};
  auto packets = [&](int count, uint8_t level) {
    for (int i = 0; i < count; ++i)
      x.handle_level(level, now += 20ms);
    return x.latest().remains(now);
  };
  CHECK(packets(50, 70) == -70);
  CHECK(packets(2, 20) == -70); // a click
  CHECK(packets(3, 70) == -70);
  CHECK(packets(3, 20) == -20);
  CHECK(packets(50, 70) == -20);
  CHECK(packets(50, 70) == doctest::Approx(-50));
  CHECK(x.latest().remains(now + 1h) == -127); // no more packets arrive
}

TEST_CASE("a free slot goes to any speaker, and silence takes no slot away") {
  call at{3};
  at.pass(1min);
  CHECK(at.on.size() == 3);
  CHECK(at.changes == 3);
}

TEST_CASE("a speaker among silent members gets a slot within 100 ms") {
  call at{300};
  at.pass(5s);
  for (size_t who : {17u, 230u, 99u}) {
    at.speakers[who].speak(true);
    CHECK(at.wait_for(who) <= 100ms);
    at.pass(3s);
    CHECK(at.engine.has_slot(who));
  }
  // All three have slots now, and a fourth is not louder.
  at.speakers[5].speak(true);
  at.pass(10s);
  CHECK_FALSE(at.engine.has_slot(5));
  CHECK(at.most == 3);
}

TEST_CASE("a clearly louder speaker gets a slot within 300 ms") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    call at{10};
    for (size_t i : {0u, 1u, 2u}) {
      at.speakers[i] = {seed * 10 + i, -35};
      at.speakers[i].speak(true);
    }
    at.pass(5s);
    at.speakers[7] = {seed * 10 + 7, -23};
    at.speakers[7].speak(true);
    CHECK(at.wait_for(7) <= 300ms);
    CHECK(at.most == 3);
  }
}

TEST_CASE("a louder speaker does not cut a new one at once") {
  call at{10};
  at.pass(5s);
  for (size_t i = 0; i < 3; ++i)
    at.speakers[i + 5].speak(true);
  at.pass(200ms);
  CHECK(at.on == std::set<size_t>{5, 6, 7});
  at.speakers[8].set_level(-10);
  at.speakers[8].speak(true);
  auto waited = at.wait_for(8);
  CHECK(waited >= 700ms);
  CHECK(waited <= 1100ms);
}

TEST_CASE("exactly N speakers have slots, if there are as many") {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    auto random = net::make_seeded_rng(seed);
    auto slots = 1 + random->below(5);
    call at{2 + random->below(30), slots};
    at.pass(1s); // free slots are filled
    for (int step = 0; step < 60; ++step) {
      auto who = random->below(static_cast<uint32_t>(at.speakers.size()));
      switch (random->below(4)) {
        case 0:
          at.speakers[who].speak(true);
          break;
        case 1:
          at.speakers[who].set_level(-20 - static_cast<int>(random->below(20)));
          break;
        case 2:
          at.speakers[who].speak(false);
          break;
        default:
          if (!at.absent.erase(who))
            at.absent.insert(who);
      }
      at.pass(std::chrono::milliseconds{100 + random->below(2000)});
      auto there = at.speakers.size() - at.absent.size();
      CHECK(at.on.size() == std::min<size_t>(slots, there));
    }
    CHECK(at.most <= slots);
  }
}

TEST_CASE("five simultaneous speakers do not alternate within sentences") {
  auto changes = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    call at{5};
    for (size_t i = 0; i < 5; ++i) {
      at.speakers[i] = {seed * 10 + i, -30};
      at.speakers[i].speak(true);
    }
    at.pass(5s);
    at.changes = 0;
    at.shortest = 1h;
    at.pass(1min);
    CHECK(at.shortest >= 1s);
    changes += at.changes;
  }
  MESSAGE("changes a minute: " << changes / 10.0);
  CHECK(changes <= 20);
}

TEST_CASE("a speaker that leaves frees its slot") {
  call at{4};
  at.speakers[3].speak(true);
  at.pass(2s);
  CHECK(at.engine.has_slot(3));
  at.absent.insert(3);
  at.pass(20ms);
  CHECK(at.on == std::set<size_t>{0, 1, 2});
}

TEST_CASE("each turn of a conversation is forwarded from its first word") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    auto random = net::make_seeded_rng(seed);
    call at{300};
    at.pass(1s);
    size_t speaker = 0;
    for (int turn = 0; turn < 30; ++turn) {
      at.speakers[speaker].speak(false);
      speaker = random->below(300);
      at.speakers[speaker] = {seed * 100 + static_cast<uint64_t>(turn),
                              -20 - static_cast<int>(random->below(15))};
      at.speakers[speaker].speak(true);
      CHECK(at.wait_for(speaker) <= 120ms);
      auto begin = at.since[speaker];
      at.pass(std::chrono::milliseconds{1500 + random->below(4000)});
      CHECK(at.engine.has_slot(speaker));
      CHECK(at.since[speaker] == begin); // not interrupted in between
    }
  }
}
