#include "receiver_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

using fixture = receiver_fixture;

namespace {

using sources = std::vector<rtp::ssrc>;

rtp::receiver::config two_encodings() {
  auto x = video();
  x.encodings = {{rtp::ssrc{1111}, rtp::ssrc{2222}, ""},
                 {rtp::ssrc{3333}, rtp::ssrc{4444}, ""}};
  return x;
}

} // namespace

TEST_CASE(
    "an encoding that no consumer attends is neither passed nor repaired") {
  fixture x;
  x.feed(1, 0ms, vp8_key);
  x.engine.set_attended(0, at(1ms));
  x.feed(2, 2ms);
  x.feed(60, 200ms);
  x.rtx(30, 201ms);
  x.tick(300ms);
  CHECK(x.passed == std::vector<int64_t>{1});
  CHECK(x.nacked.empty());
  CHECK(x.stats().drops.of(rtp::drop_reason::other_layer) == 3);
  x.engine.set_attended(1, at(400ms));
  x.drain();
  // Most of what came before was dropped before decryption.
  x.feed(90, 401ms);
  x.feed(92, 402ms);
  x.tick(450ms);
  CHECK(x.passed == std::vector<int64_t>{1, 90, 92});
  CHECK(x.nacked == std::vector<uint16_t>{91});
}

TEST_CASE("an encoding that is attended again is asked for a key frame") {
  fixture x{two_encodings()};
  x.feed(1, 0ms, vp8_key);
  x.engine.set_attended(0, at(1ms));
  x.engine.handle_keyframe_request(0, at(2ms));
  x.drain();
  CHECK(x.plis == 0);
  x.engine.set_attended(1, at(3ms));
  x.drain();
  CHECK(x.plis == 1);
  x.engine.set_attended(2, at(4ms)); // nothing has come of the second
  x.drain();
  CHECK(x.plis == 1);
}

TEST_CASE("a paused encoding is asked for a key frame when it resumes") {
  fixture x;
  x.feed(1, 0ms, vp8_key);
  x.engine.pause(at(1ms));
  x.engine.set_attended(0, at(2ms));
  x.engine.set_attended(1, at(3ms));
  x.drain();
  CHECK(x.plis == 0);
  x.engine.set_attended(0, at(4ms));
  x.engine.resume(at(5ms));
  x.drain();
  CHECK(x.plis == 0);
  x.engine.set_attended(1, at(6ms));
  x.drain();
  CHECK(x.plis == 1);
}

TEST_CASE("packets that were dropped before decryption do not count as lost") {
  fixture x;
  for (uint16_t i = 0; i < 10; ++i)
    x.feed(static_cast<uint16_t>(65500 + i), i * 10ms);
  x.engine.set_attended(0, at(100ms));
  // One of twenty, past the wrap.
  for (uint16_t i = 1; i <= 10; ++i)
    x.feed(static_cast<uint16_t>(65509 + i * 20), 100ms + i * 200ms);
  x.engine.set_attended(1, at(2200ms));
  // The first after it follows a gap of that kind, too.
  x.feed(static_cast<uint16_t>(65509 + 210), 2210ms);
  x.feed(static_cast<uint16_t>(65509 + 211), 2220ms);
  x.blocks.clear();
  x.tick(3900ms);
  REQUIRE(x.blocks.size() == 1);
  CHECK(x.blocks[0].fraction_lost == 0);
  CHECK(x.blocks[0].cumulative_lost == 0);
  CHECK(x.blocks[0].extended_highest_sequence == 65509 + 211);
  CHECK(x.stats().packets == 22);
  CHECK(x.stats().packets_lost == 0);
}

TEST_CASE("an encoding that no consumer attends stays alive by few packets") {
  fixture x;
  x.feed(1, 0ms);
  x.engine.set_attended(0, at(1ms));
  x.events.clear();
  for (uint16_t i = 1; i <= 30; ++i) {
    x.feed(static_cast<uint16_t>(i * 20), i * 200ms);
    x.tick(i * 200ms + 1ms);
  }
  CHECK_FALSE(x.last_event<rtp::stream_activity_changed>());
  CHECK_FALSE(x.last_event<rtp::score_changed>());
}

TEST_CASE("no replay begins before an encoding was attended again") {
  fixture x;
  x.feed(1, 0ms, vp8_key);
  REQUIRE(x.engine.find_replay(0, at(1ms)));
  x.engine.set_attended(0, at(2ms));
  x.engine.set_attended(1, at(3ms));
  CHECK_FALSE(x.engine.find_replay(0, at(4ms)));
}

TEST_CASE("the unattended sources are named when they change") {
  fixture x{two_encodings()};
  CHECK_FALSE(x.engine.poll_unattended());
  x.engine.set_attended(1, at(0ms));
  CHECK(x.engine.poll_unattended()
        == sources{rtp::ssrc{3333}, rtp::ssrc{4444}});
  CHECK_FALSE(x.engine.poll_unattended());
  x.engine.set_attended(0, at(1ms));
  CHECK(x.engine.poll_unattended()->size() == 4);
  x.engine.set_attended(2, at(2ms));
  CHECK(x.engine.poll_unattended() == sources{});
}

TEST_CASE("sources that are learned while unattended are named as well") {
  auto config = video();
  config.encodings = {{{}, {}, "r0"}};
  fixture x{config};
  x.engine.set_attended(0, at(0ms));
  CHECK(x.engine.poll_unattended() == sources{});
  auto spec = packet_spec{};
  spec.ssrc = 7;
  spec.extensions = {{2, {'r', '0'}}};
  x.feed(spec, 1ms);
  CHECK(x.engine.poll_unattended() == sources{rtp::ssrc{7}});
  spec.ssrc = 8;
  spec.payload_type = 97;
  spec.extensions = {{3, {'r', '0'}}};
  x.feed(spec, 2ms);
  CHECK(x.engine.poll_unattended() == sources{rtp::ssrc{7}, rtp::ssrc{8}});
}
