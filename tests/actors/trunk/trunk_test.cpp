#include "tests/actors/support/trunk_pair.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr auto trunk_video = protocol::media_kind::video;
constexpr auto trunk_audio = protocol::media_kind::audio;

// The last octets that the origin's client put into each payload.
std::vector<int> marks(const std::vector<octets>& packets) {
  std::vector<int> out;
  for (const auto& x : packets)
    out.push_back(x.back());
  return out;
}

int encoding_of(const octets& packet) {
  return packet.at(packet.size() - 2);
}

} // namespace

TEST_CASE("each node sends its keys, its address and a tag") {
  trunk_pair at;
  for (const auto* x : {&at.a, &at.b}) {
    REQUIRE(x->count_told<open_trunk>() == 1);
    const auto& opened = std::get<open_trunk>(x->told.front());
    CHECK(opened.room == "r");
    CHECK(opened.key.size() == 16);
    CHECK(opened.salt.size() == 12);
    CHECK(opened.address == "127.0.0.1");
    CHECK(opened.port == x->address.port());
    CHECK(opened.tag > 0);
    CHECK((opened.reporter >> 12) == opened.tag);
  }
}

TEST_CASE("audio reaches a consumer on the other node with its level") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_audio, 1));
  REQUIRE(relay);
  CHECK(at.b.wants() == std::vector<int>{0});
  at.consume(*relay, 9001);
  for (int i = 0; i < 20; ++i) {
    at.feed("p");
    at.pass(20ms);
  }
  REQUIRE(at.got(9001).size() == 20);
  const auto packet = *parse(at.got(9001).back());
  const auto payload = to_octets(packet.payload());
  CHECK(octets(payload.begin(), payload.end() - 2) == trunk_delta_frame);
  CHECK(payload.back() == static_cast<uint8_t>(at.next - 1));
  const auto level = rtp::read_audio_level(
      packet, to_engine(relay->facts.consumable.header_extensions));
  REQUIRE(level.has_value());
  CHECK(level->level == 5);
}

TEST_CASE("a slice of a frame does not wait on the second node") {
  trunk_pair at;
  auto services = *at.world.services;
  services.settings.overload.frame_hold = 10ms;
  at.world.services = std::make_shared<const media_services>(services);
  caf::anon_send(at.b.trunk, close_transport{});
  at.settle();
  at.b.start(at.world, "a");
  at.settle();
  auto relay = at.relay(at.produce("p", trunk_video, 1));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  at.marker = false;
  at.feed("p", true);
  CHECK(at.got(9001).size() == 1);
}

TEST_CASE("each encoding of simulcast crosses the trunk by itself") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_video, 3));
  REQUIRE(relay);
  REQUIRE(relay->facts.sent.encodings.size() == 3);
  CHECK(relay->facts.sent.mid.empty());
  // All, until consumers have said what they want.
  CHECK(at.b.wants() == std::vector<int>{2});
  auto one = at.consume(*relay, 9001);
  at.feed("p", true);
  at.pass(30ms);
  for (int i = 0; i < 10; ++i) {
    at.feed("p");
    at.pass(30ms);
  }
  REQUIRE(at.got(9001).size() >= 10);
  // It begins with the first encoding that comes, and goes up at once.
  for (size_t i = 1; i < at.got(9001).size(); ++i)
    CHECK(encoding_of(at.got(9001)[i]) == 2);
  SUBCASE("a lower layer is wanted after a while, a higher one at once") {
    caf::anon_send(
        one, control_stream{protocol::verb::set_preferred_layers{{}, 0, {}}});
    at.pass(100ms);
    CHECK(at.b.wants() == std::vector<int>{2});
    for (int i = 0; i < 80; ++i) {
      at.feed("p", true);
      at.pass(30ms);
    }
    CHECK(at.b.wants() == std::vector<int>{2, 0});
    CHECK(encoding_of(at.got(9001).back()) == 0);
    // The others do not cross any more.
    at.carried = 0;
    at.feed("p");
    CHECK(at.carried == 1);
    caf::anon_send(
        one, control_stream{protocol::verb::set_preferred_layers{{}, 2, {}}});
    at.pass(10ms);
    CHECK(at.b.wants() == std::vector<int>{2, 0, 2});
    at.feed("p", true);
    at.feed("p");
    CHECK(encoding_of(at.got(9001).back()) == 2);
  }
}

TEST_CASE("a relay without consumers ends after some seconds") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_video, 3));
  REQUIRE(relay);
  auto one = at.consume(*relay, 9001);
  at.feed("p", true);
  caf::anon_send(one, control_stream{close_consumer{}});
  at.pass(4s);
  CHECK(at.b.wants() == std::vector<int>{2, -1});
  CHECK(at.b.ended.empty());
  at.pass(3s);
  CHECK(at.b.wants() == std::vector<int>{2, -1, -2});
  CHECK(at.b.ended == std::vector{producer_id{"p"}});
  // The next relay has other SSRCs.
  auto again = at.relay(relay->facts);
  REQUIRE(again);
  CHECK(*again->facts.sent.encodings[0].ssrc
        > *relay->facts.sent.encodings[2].rtx_ssrc);
  at.consume(*again, 9002);
  at.feed("p", true);
  CHECK_FALSE(at.got(9002).empty());
}

TEST_CASE("audio that nobody consumes is not sent to the other node") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_audio, 1));
  REQUIRE(relay);
  auto one = at.consume(*relay, 9001);
  caf::anon_send(one, control_stream{close_consumer{}});
  at.pass(500ms);
  CHECK(at.b.wants() == std::vector<int>{0, -1});
  at.carried = 0;
  at.feed("p");
  CHECK(at.carried == 0);
  at.consume(*relay, 9002);
  CHECK(at.b.wants() == std::vector<int>{0, -1, 0});
  at.feed("p");
  CHECK(at.got(9002).size() == 1);
}

TEST_CASE("packets between nodes are counted at both ends") {
  trunk_pair at;
  const auto relay = at.relay(at.produce("p", trunk_video, 3));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  at.feed("p", true);
  for (int i = 0; i < 10; ++i) {
    at.feed("p");
    at.pass(30ms);
  }
  REQUIRE(at.carried >= 10);
  at.pass(2s);
  const auto sum = at.world.load->counters().trunks.sum();
  CHECK(sum.packets_sent == at.carried);
  CHECK(sum.packets_received == at.carried);
  CHECK(sum.octets_sent > 12 * at.carried);
  CHECK(sum.octets_received == sum.octets_sent);
}

TEST_CASE("a packet that the trunk loses is repaired by its sender") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_video, 1));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  at.feed("p", true);
  at.pass(30ms);
  int sent = 0;
  at.loses = [&](const trunk_node& from, const octets& x) {
    return &from == &at.a && !trunk_pair::is_rtcp(x) && ++sent == 3;
  };
  for (int i = 0; i < 10; ++i) {
    at.feed("p");
    at.pass(30ms);
  }
  at.pass(300ms);
  auto came = marks(at.got(9001));
  CHECK(sent == 11); // ten, and the repair
  CHECK(std::set<int>(came.begin(), came.end()).size() == 11);
}

TEST_CASE("a key frame request reaches the client of the other node once") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_video, 3));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  at.feed("p", true);
  for (int i = 0; i < 120; ++i) {
    at.feed("p");
    at.pass(30ms);
  }
  at.asked();
  caf::anon_send(relay->handles.producer, rtp::keyframe_wanted{2, false});
  at.pass(10ms);
  CHECK(at.asked() == std::multiset<uint32_t>{2});
}

TEST_CASE("ten newcomers ask the client of the other node for one key frame") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_video, 1));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  at.feed("p", true);
  for (int i = 0; i < 120; ++i) {
    at.feed("p");
    at.pass(30ms);
  }
  at.asked();
  size_t asked = 0;
  for (uint16_t i = 0; i < 10; ++i) {
    at.consume(*relay, static_cast<uint16_t>(9100 + i));
    at.pass(10ms);
    const auto now = at.asked().size();
    at.feed("p", now > 0); // the client answers at once
    at.pass(90ms);
    asked += now;
    CHECK_FALSE(at.got(static_cast<uint16_t>(9100 + i)).empty());
  }
  CHECK(asked == 1);
}

TEST_CASE("reports cross the trunk and yield a round-trip time") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_video, 1));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  size_t reports = 0;
  size_t answers = 0;
  at.loses = [&](const trunk_node& from, const octets& x) {
    if (trunk_pair::is_rtcp(x)) {
      ++(&from == &at.b ? reports : answers);
      // Each node's RTCP has the tag of the other.
      const auto& to = &from == &at.b ? at.a : at.b;
      CHECK((net::load_u32(&x[4]) >> 12)
            == std::get<open_trunk>(to.told.front()).tag);
    }
    return false;
  };
  at.feed("p", true);
  for (int i = 0; i < 100; ++i) {
    at.feed("p");
    at.pass(30ms);
  }
  CHECK(reports > 0);
  CHECK(answers > 0);
}

TEST_CASE("datagrams that are not the other node's are dropped") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_audio, 1));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  std::vector<octets> seen;
  at.loses = [&](const trunk_node&, const octets& x) {
    seen.push_back(x);
    return true;
  };
  at.feed("p");
  REQUIRE(seen.size() == 1);
  at.loses = nullptr;
  // From another address, with another SSRC, cut short.
  at.hand_over(seen, *net::parse_address("127.0.0.1", 7003), at.b);
  auto foreign = seen.front();
  ++foreign[11];
  at.hand_over(
      {foreign, octets(seen.front().begin(), seen.front().begin() + 14)},
      at.a.address, at.b);
  at.settle();
  CHECK(at.got(9001).empty());
  at.hand_over(seen, at.a.address, at.b);
  at.hand_over(seen, at.a.address, at.b); // replayed
  at.settle();
  CHECK(at.got(9001).size() == 1);
}

TEST_CASE("a want with wrong SSRCs or of an unknown producer is refused") {
  trunk_pair at;
  auto facts = at.produce("p", trunk_audio, 1);
  const auto tag = std::get<open_trunk>(at.b.told.front()).tag;
  size_t refusals = 0;
  auto want = [&](const std::string& id, std::vector<uint32_t> ssrcs) {
    trunk_pair::receive(at.a, want_stream{"r", id, 0, std::move(ssrcs)});
    at.settle();
    return at.a.count_told<stream_refused>()
           > std::exchange(refusals, at.a.count_told<stream_refused>());
  };
  const auto first = tag << 12 | 1;
  CHECK(want("q", {first, first + 1}));
  CHECK(want("p", {(tag + 1) << 12 | 1, first}));
  CHECK(want("p", {tag << 12, first}));
  CHECK(want("p", {tag << 12 | 0xF00, first}));
  CHECK(want("p", {first}));
  CHECK(want("p", {first, first}));
  CHECK(want("p", {first, first + 1, first + 2, first + 3}));
  CHECK_FALSE(want("p", {first, first + 1}));
  CHECK_FALSE(want("p", {first, first + 1}));
  CHECK_FALSE(want("p", {first + 2, first + 3}));
  // They belonged to another stream.
  CHECK(want("p", {first + 4, first}));
}

TEST_CASE("a refusal ends the relay") {
  trunk_pair at;
  auto facts = facts_of("p", trunk_audio, 1); // node `a` has it no more
  REQUIRE(at.relay(facts));
  at.settle();
  CHECK(at.b.ended == std::vector{producer_id{"p"}});
}

TEST_CASE("parameters that no producer could send make no relay") {
  trunk_pair at;
  auto facts = facts_of("p", trunk_video, 3);
  SUBCASE("without codecs") {
    facts.consumable.codecs.clear();
  }
  SUBCASE("without encodings") {
    facts.consumable.encodings.clear();
  }
  SUBCASE("with too many encodings") {
    facts.consumable.encodings.resize(2000);
  }
  CHECK_FALSE(at.relay(facts));
  CHECK(at.b.wants().empty());
}

TEST_CASE("bad keys of the other node are refused") {
  trunk_pair at;
  auto x = std::get<open_trunk>(at.a.told.front());
  x.epoch += 1;
  SUBCASE("a short key") {
    x.key.pop_back();
  }
  SUBCASE("a long salt") {
    x.salt += 'x';
  }
  SUBCASE("no address") {
    x.address = "example.com";
  }
  SUBCASE("no tag") {
    x.tag = 0;
  }
  SUBCASE("a reporter of another tag") {
    x.reporter += 1 << 12;
  }
  caf::anon_send(at.b.trunk, x);
  auto relay = at.relay(at.produce("p", trunk_audio, 1));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  at.feed("p");
  CHECK(at.got(9001).size() == 1);
}

TEST_CASE("a trunk that the other node opens anew works like the first") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_video, 3));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  at.feed("p", true);
  at.pass(30ms);
  const auto before = at.got(9001).size();
  CHECK(before > 0);
  caf::anon_send(at.a.trunk, close_transport{});
  at.settle();
  at.a.start(at.world, "b");
  at.settle();
  // It was told our keys and what we want once more.
  CHECK(at.b.count_told<open_trunk>() == 2);
  CHECK(at.b.wants() == std::vector<int>{2, 2});
  for (int i = 0; i < 10; ++i) {
    at.feed("p", true);
    at.pass(30ms);
  }
  CHECK(at.got(9001).size() > before + 5);
}

TEST_CASE("the end of a producer or of the trunk ends all that belongs to it") {
  trunk_pair at;
  auto relay = at.relay(at.produce("p", trunk_video, 3));
  REQUIRE(relay);
  at.consume(*relay, 9001);
  const auto before = at.world.live();
  SUBCASE("of the producer at its node") {
    caf::anon_send(at.a.producers.at("p").handles.producer, close_producer{});
    at.settle();
    // Three consumers served the other node. The stand-in for the producer's
    // transport ends, too.
    CHECK(at.world.live() == before - 5);
    caf::anon_send(at.b.trunk, close_relay{producer_id{"p"}});
    at.settle();
    CHECK(at.notes.ended.size() == 1);
  }
  SUBCASE("of the trunk at the far node") {
    caf::anon_send(at.b.trunk, close_transport{});
    at.settle();
    CHECK(at.notes.ended.size() == 1);
    CHECK(at.b.wants().back() == -2);
  }
  SUBCASE("of the trunk at the producer's node") {
    caf::anon_send(at.a.trunk, close_transport{});
    at.settle();
    at.carried = 0;
    at.feed("p", true);
    CHECK(at.carried == 0);
  }
}

TEST_CASE("more relays than a tag has numbers get another tag") {
  trunk_pair at;
  auto facts = at.produce("p", trunk_video, 8);
  std::set<uint32_t> seen;
  for (int i = 0; i < 260; ++i) {
    auto relay = at.relay(facts);
    REQUIRE(relay);
    for (const auto& x : relay->facts.sent.encodings)
      CHECK(seen.insert(*x.ssrc).second);
    caf::anon_send(at.b.trunk, close_relay{facts.info.id});
    at.settle();
  }
  CHECK(at.b.count_told<open_trunk>() == 2);
  CHECK(at.a.count_told<stream_refused>() == 0);
}
