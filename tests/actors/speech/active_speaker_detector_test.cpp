#include "actors/speech/active_speaker_detector.hpp"
#include "actors/speech/speech_activity.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using troupe::protocol::event::active_speaker;
using troupe::protocol::event::peer_volume;
using troupe::protocol::event::speaking_peers;

namespace {

using volumes = std::vector<peer_volume>;

/// Plays patterns of volumes and returns the events as text: "speaking ann bob"
/// and "active ann", in their order.
struct stage {
  std::string play(volumes sample, int samples = 1) {
    std::string reported;
    for (int i = 0; i < samples; ++i) {
      engine.handle_sample(sample);
      while (auto event = engine.poll_event()) {
        if (const auto* x = std::get_if<speaking_peers>(&*event)) {
          reported += "speaking";
          for (const auto& y : x->peers)
            reported += " " + y.peer.str();
        } else {
          const auto& who = std::get<active_speaker>(*event).peer;
          reported += "active " + (who ? who->str() : "nobody");
        }
        reported += ";";
      }
    }
    return reported;
  }

  active_speaker_detector engine;
};

peer_volume ann(int volume = -30) {
  return {peer_id{"ann"}, volume};
}

peer_volume bob(int volume = -30) {
  return {peer_id{"bob"}, volume};
}

} // namespace

TEST_CASE("the first speaker is the active speaker at once") {
  stage at;
  CHECK(at.play({}).empty());
  CHECK(at.engine.idle());
  CHECK(at.play({ann()}) == "speaking ann;active ann;");
  CHECK(at.play({ann()}, 10).empty());
  CHECK_FALSE(at.engine.idle());
}

TEST_CASE(
    "after a silence a member no longer speaks, and later is not active") {
  stage at;
  at.play({ann()});
  CHECK(at.play({}, active_speaker_detector::hangover - 1).empty());
  CHECK(at.play({ann()}).empty()); // a pause between words
  CHECK(at.play({}, active_speaker_detector::hangover - 1).empty());
  CHECK(at.play({}) == "speaking;");
  CHECK(at.play({}, active_speaker_detector::silence - 2).empty());
  CHECK_FALSE(at.engine.idle());
  CHECK(at.play({}) == "active nobody;");
  CHECK(at.engine.idle());
  CHECK(at.play({}, 20).empty());
}

TEST_CASE("a speaker that is as loud as the active one does not replace it") {
  stage at;
  at.play({ann()});
  CHECK(at.play({ann(), bob(-25)}) == "speaking bob ann;");
  CHECK(at.play({ann(), bob(-25)}, 50).empty());
}

TEST_CASE(
    "a clearly louder speaker becomes active after some samples in a row") {
  stage at;
  at.play({ann()});
  at.play({ann(), bob(-30)});
  CHECK(at.play({ann(), bob(-24)}, active_speaker_detector::patience - 1)
            .empty());
  CHECK(at.play({ann(), bob(-30)}).empty()); // begins anew
  CHECK(at.play({ann(), bob(-24)}, active_speaker_detector::patience - 1)
            .empty());
  CHECK(at.play({ann(), bob(-24)}) == "active bob;");
  CHECK(at.play({ann(), bob(-24)}, 10).empty());
}

TEST_CASE("two louder speakers that alternate do not become active") {
  stage at;
  at.play({ann(-40)});
  at.play({ann(-40), bob(-40), {peer_id{"eve"}, -40}});
  for (int i = 0; i < 20; ++i) {
    CHECK(at.play({ann(-40), bob(-20)}).empty());
    CHECK(at.play({ann(-40), {peer_id{"eve"}, -20}}).empty());
  }
}

TEST_CASE(
    "a word in a pause does not change the active speaker, a reply does") {
  stage at;
  at.play({ann()});
  CHECK(at.play({bob()}) == "speaking ann bob;");
  CHECK(at.play({ann()}).empty());
  CHECK(at.play({}) == "");
  CHECK(at.play({}) == "speaking ann;");
  // Ann has stopped speaking, so there is no wait.
  CHECK(at.play({bob()}) == "speaking bob;active bob;");
}

TEST_CASE("a member that leaves neither speaks nor is active") {
  stage at;
  at.play({ann(), bob(-40)});
  at.engine.remove(peer_id{"ann"});
  CHECK(at.play({bob(-40)}) == "speaking bob;active bob;");
  at.engine.remove(peer_id{"bob"});
  CHECK_FALSE(at.engine.idle());
  CHECK(at.play({}) == "speaking;active nobody;");
  CHECK(at.engine.idle());
}

TEST_CASE("speakers are listed by volume, the loudest first") {
  active_speaker_detector engine;
  engine.handle_sample({bob(-40), ann(-20)});
  auto first = engine.poll_event();
  REQUIRE(first);
  const auto& peers = std::get<speaking_peers>(*first).peers;
  REQUIRE(peers.size() == 2);
  CHECK(peers[0].peer == peer_id{"ann"});
  CHECK(peers[0].volume == -20);
  CHECK(peers[1].volume == -40);
  auto second = engine.poll_event();
  REQUIRE(second);
  CHECK(std::get<active_speaker>(*second).volume == -20);
}

TEST_CASE("a member counts as speaking while loud and for a window after it") {
  net::time_point at{};
  speech_activity x{at};
  const auto window = std::chrono::milliseconds{300};
  CHECK_FALSE(x.recent_volume(at, window));
  for (int i = 0; i < 50; ++i)
    x.note_level(30, at += std::chrono::milliseconds{20});
  auto volume = x.recent_volume(at, window);
  REQUIRE(volume);
  CHECK(*volume == doctest::Approx(-30).epsilon(0.05));
  CHECK(x.recent_volume(at + window, window));
  CHECK_FALSE(
      x.recent_volume(at + window + std::chrono::milliseconds{1}, window));
}
