#include "actors/room/room_speech.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using protocol::event::active_speaker;
using protocol::event::speaking_peers;

namespace {

const peer_id ann{"ann"};
const peer_id bob{"bob"};

/// A room's speech in virtual time.
struct stage {
  void speak(const peer_id& who) {
    for (int i = 0; i < 50; ++i)
      speech.of(who)->note_level(20, now);
  }

  /// Samples, and returns the events as text.
  std::string sample(bool audible = true) {
    now += room_speech::interval;
    speech.handle_sample(now, [&](const peer_id&) { return audible; });
    std::string out;
    while (auto event = speech.poll_event()) {
      if (const auto* x = std::get_if<speaking_peers>(&*event)) {
        out += "speaking";
        for (const auto& y : x->peers)
          out += " " + y.peer.str();
      } else {
        const auto& who = std::get<active_speaker>(*event).peer;
        out += "active " + (who ? who->str() : "nobody");
      }
      out += ";";
    }
    return out;
  }

  net::time_point now{std::chrono::hours{1}};
  room_speech speech{{1, 2}};
};

} // namespace

TEST_CASE("only members with running audio are sampled") {
  stage at;
  at.speech.add(ann, at.now);
  at.speak(ann);
  CHECK(at.sample(false) == "");
  at.speak(ann);
  CHECK(at.sample() == "speaking ann;active ann;");
}

TEST_CASE(
    "an interval begins once, and only while a sample may change a thing") {
  stage at;
  at.speech.add(ann, at.now);
  CHECK_FALSE(at.speech.begin_interval(false));
  CHECK(at.speech.begin_interval(true));
  CHECK_FALSE(at.speech.begin_interval(true)); // until the next sample
  at.speak(ann);
  at.sample();
  CHECK(at.speech.begin_interval(false)); // ann's silence is still to come
  at.speech.clear();
  at.sample();
  CHECK_FALSE(at.speech.begin_interval(false));
}

TEST_CASE("a member that leaves or gets another id speaks no more") {
  for (bool leaves : {true, false}) {
    CAPTURE(leaves);
    stage at;
    auto voice = at.speech.add(ann, at.now);
    at.speak(ann);
    CHECK(at.sample() == "speaking ann;active ann;");
    if (leaves) {
      at.speech.remove(ann);
    } else {
      at.speech.rename(ann, bob);
      CHECK(at.speech.of(bob) == voice);
    }
    at.now += std::chrono::seconds{1};
    CHECK(at.sample() == "speaking;active nobody;");
  }
}

TEST_CASE("a member that has left has no rank") {
  stage at;
  at.speech.add(ann, at.now);
  auto rest = at.speech.add(bob, at.now);
  at.speech.set_seen(ann, true);
  at.speech.set_seen(bob, true);
  at.now += std::chrono::seconds{1};
  at.speak(ann);
  at.speech.ranking()->refresh(at.now);
  CHECK(rest->recency() == 1);
  at.speech.remove(ann);
  at.now += std::chrono::seconds{1};
  at.speech.ranking()->refresh(at.now);
  CHECK(rest->recency() == 0);
}

TEST_CASE("the number of members decides whether voices are left out") {
  stage at;
  at.speech.add(ann, at.now);
  at.speech.add(bob, at.now);
  CHECK_FALSE(at.speech.loudest()->limited());
  at.speech.add(peer_id{"eve"}, at.now);
  CHECK(at.speech.loudest()->limited());
  at.speech.remove(bob);
  at.speech.remove(bob);
  CHECK_FALSE(at.speech.loudest()->limited());
  at.speech.add(bob, at.now);
  CHECK(at.speech.loudest()->limited());
  at.speech.clear();
  CHECK_FALSE(at.speech.loudest()->limited());
}

TEST_CASE("a member counts as sending no video until that is set") {
  stage at;
  auto first = at.speech.add(ann, at.now);
  auto second = at.speech.add(bob, at.now);
  auto refresh = [&] {
    at.now += std::chrono::seconds{1};
    at.speech.ranking()->refresh(at.now);
  };
  at.now += std::chrono::seconds{1};
  at.speak(bob);
  refresh();
  CHECK(first->recency() == 0);
  at.speech.set_seen(ann, true);
  at.speech.set_seen(bob, true);
  at.speech.set_seen(peer_id{"stranger"}, true);
  refresh();
  CHECK(first->recency() == 1);
  CHECK(second->recency() == 0);
}
