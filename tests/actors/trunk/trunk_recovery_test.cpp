// Trunks whose messages to each other are lost, late or refused, and those that
// live for long.

#include "actors/trunk/trunk_numbers.hpp"
#include "tests/actors/support/log_capture.hpp"
#include "tests/actors/support/trunk_pair.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kept_audio = protocol::media_kind::audio;
constexpr auto kept_video = protocol::media_kind::video;

// Whether the next packets of this producer of node `a` cross.
bool crosses(trunk_pair& at, const std::string& id) {
  at.carried = 0;
  at.feed(id, true);
  return at.carried > 0;
}

// Opens and closes relays until the node draws SSRCs with another tag.
void use_up_tag(trunk_pair& at) {
  const auto facts = at.a.producers.contains("many")
                         ? at.a.producers.at("many").facts
                         : at.produce("many", kept_video, 8);
  const auto known = at.b.count_told<open_trunk>();
  for (int i = 0; i < 260 && at.b.count_told<open_trunk>() == known; ++i) {
    REQUIRE(at.relay(facts));
    caf::anon_send(at.b.trunk, close_relay{facts.info.id});
    at.settle();
  }
  REQUIRE(at.b.count_told<open_trunk>() == known + 1);
}

} // namespace

TEST_CASE("keys and wants that were lost with a link are told on the next") {
  trunk_pair at;
  const auto facts = at.produce("p", kept_audio, 1);
  at.lose_link();
  at.restart(at.a);
  at.restart(at.b);
  auto relay = at.relay(facts);
  REQUIRE(relay);
  at.consume(*relay, 9001);
  CHECK_FALSE(crosses(at, "p"));
  at.renew_link();
  CHECK(crosses(at, "p"));
  CHECK(at.got(9001).size() == 1);
  // What is known already changes nothing.
  at.renew_link();
  CHECK(crosses(at, "p"));
  CHECK(at.got(9001).size() == 2);
}

TEST_CASE("a relay that became unwanted while the link was lost is not sent") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", kept_audio, 1));
  REQUIRE(relay);
  auto one = at.consume(*relay, 9001);
  at.lose_link();
  caf::anon_send(one, control_stream{close_consumer{}});
  at.pass(500ms);
  REQUIRE(at.b.wants() == std::vector<int>{0, -1});
  CHECK(crosses(at, "p"));
  at.renew_link();
  CHECK_FALSE(crosses(at, "p"));
}

TEST_CASE("a relay that ended while the link was lost is not sent") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", kept_audio, 1));
  REQUIRE(relay);
  auto one = at.consume(*relay, 9001);
  at.lose_link();
  caf::anon_send(one, control_stream{close_consumer{}});
  at.pass(7s);
  REQUIRE(at.b.ended.size() == 1);
  CHECK(crosses(at, "p"));
  at.renew_link();
  CHECK_FALSE(crosses(at, "p"));
  // It begins again, and that has not ended.
  auto again = at.relay(relay->facts);
  REQUIRE(again);
  at.consume(*again, 9002);
  at.renew_link();
  CHECK(at.b.wants().back() == 0);
  CHECK(crosses(at, "p"));
}

TEST_CASE("a node that refused a want and then served it is told the end") {
  trunk_pair at;
  auto facts = facts_of("p", kept_audio, 1); // node `a` does not have it yet
  std::vector<room_message> late;
  at.a.deliver = [&](const room_message& x) {
    late.push_back(x);
  };
  auto relay = at.relay(facts);
  REQUIRE(relay);
  at.produce("p", kept_audio, 1);
  caf::anon_send(at.b.trunk, resume_trunk{});
  at.settle();
  REQUIRE(at.a.count_told<stream_refused>() == 1);
  CHECK(crosses(at, "p"));
  at.link(at.a, at.b);
  for (const auto& x : late)
    at.a.deliver(x);
  at.settle();
  CHECK(at.b.ended.size() == 1);
  CHECK_FALSE(crosses(at, "p"));
}

TEST_CASE("a want that comes before the other node's keys is not refused") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", kept_audio, 1));
  REQUIRE(relay);
  auto one = at.consume(*relay, 9001);
  at.lose_link();
  at.restart(at.a);
  // It was said to the trunk that has ended.
  trunk_pair::receive(at.a, at.b.told.back());
  at.settle();
  at.renew_link();
  CHECK(at.a.count_told<stream_refused>() == 0);
  CHECK(at.b.ended.empty());
  CHECK(crosses(at, "p"));
  CHECK(at.got(9001).size() == 1);
}

TEST_CASE("relays with SSRCs of an earlier tag are wanted again, too") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", kept_audio, 1));
  REQUIRE(relay);
  SUBCASE("of a trunk that the other node opens anew") {
    at.consume(*relay, 9001);
    use_up_tag(at);
    at.restart(at.a);
  }
  SUBCASE("on a new link, if the want was lost") {
    at.restart(at.b);
    at.lose_link();
    relay = at.relay(relay->facts);
    REQUIRE(relay);
    at.consume(*relay, 9001);
    use_up_tag(at);
    at.renew_link();
  }
  CHECK(at.b.ended.empty());
  CHECK(crosses(at, "p"));
  CHECK(at.got(9001).size() == 1);
  // Others begin with the latest tag.
  auto other = at.relay(at.produce("q", kept_audio, 1));
  REQUIRE(other);
  at.consume(*other, 9002);
  CHECK(crosses(at, "q"));
  CHECK(at.a.count_told<stream_refused>() == 0);
}

TEST_CASE("only tags that are in use are told on a new link") {
  trunk_pair at;
  const auto told = [&] {
    return at.b.count_told<open_trunk>();
  };
  use_up_tag(at);
  use_up_tag(at);
  const auto before = told();
  at.renew_link();
  CHECK(told() == before + 1);
}

TEST_CASE("a trunk serves any number of streams, one after another") {
  trunk_pair at;
  at.produce("p", kept_video, 8);
  auto keys = std::get<open_trunk>(at.b.told.front());
  constexpr uint32_t each = 16; // SSRCs
  for (keys.tag = 1; keys.tag <= 20; ++keys.tag) {
    keys.reporter = trunk_numbers{keys.tag}.reporter();
    caf::anon_send(at.a.trunk, keys);
    for (uint32_t n = 1; n + each <= first_trunk_reporter; n += each) {
      std::vector<uint32_t> ssrcs;
      for (uint32_t k = n; k < n + each; ++k)
        ssrcs.push_back(keys.tag << trunk_stream_bits | k);
      trunk_pair::receive(at.a, want_stream{"r", "p", -1, std::move(ssrcs)});
    }
    at.settle();
  }
  CHECK(at.a.count_told<stream_refused>() == 0);
}

TEST_CASE("keys that are refused are logged") {
  std::string log;
  {
    trunk_pair at;
    captured_output output;
    set_log_level("warn");
    auto keys = std::get<open_trunk>(at.a.told.front());
    ++keys.epoch;
    keys.key.clear();
    caf::anon_send(at.b.trunk, keys);
    at.settle();
    set_log_level("off");
    log = output.release();
  }
  CHECK(log.find("warning trunk-refused room=r node=a") != std::string::npos);
}
