#include "receiver_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

using fixture = receiver_fixture;

TEST_CASE("each packet is forwarded once, in the order of arrival") {
  fixture x;
  for (auto i : {65534, 65535, 65536, 65536, 65538, 65537, 65538, 65535})
    x.feed(static_cast<uint16_t>(i), 0ms);
  CHECK(x.passed == std::vector<int64_t>{65534, 65535, 65536, 65538, 65537});
  CHECK(x.stats().drops.of(rtp::drop_reason::duplicate) == 3);
}

TEST_CASE("a lost packet is requested, restored by RTX, and then a duplicate") {
  fixture x;
  x.feed(100, 0ms);
  x.feed(102, 0ms);
  x.tick(10ms);
  CHECK(x.nacked == std::vector<uint16_t>{101});
  x.rtx(101, 30ms);
  x.rtx(101, 31ms);
  x.feed(101, 32ms);
  CHECK(x.passed == std::vector<int64_t>{100, 102, 101});
  x.tick(2s);
  CHECK(x.nacked.size() == 1);
  CHECK(x.stats().packets_repaired == 1);
  CHECK(x.stats().packets_lost == 0);
}

TEST_CASE("a restored packet is found for consumers as its original") {
  fixture x;
  x.feed(100, 0ms);
  x.feed(102, 0ms);
  x.rtx(101, 30ms);
  auto keys = std::vector<rtp::packet_key>{{0, 65536 + 101}, {0, 65536 + 103}};
  auto found = x.engine.find_packets(keys);
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  auto& p = found->front().packet;
  CHECK(rtp::value(p.ssrc()) == 1111);
  CHECK(rtp::value(p.payload_type()) == 96);
  CHECK(p.sequence_number() == 101);
  CHECK(octet_vector(p.payload().begin(), p.payload().end()) == vp8_delta);
  keys[0].encoding = 7;
  CHECK_FALSE(x.engine.find_packets(keys));
}

TEST_CASE("empty RTX and unknown payload types are dropped and counted") {
  fixture x;
  x.feed(100, 0ms);
  auto spec = packet_spec{};
  spec.ssrc = 2222;
  spec.payload_type = 97;
  spec.payload = {0, 101};
  x.feed(spec, 0ms);
  spec.payload_type = 50;
  x.feed(spec, 0ms);
  CHECK(x.passed.size() == 1);
  CHECK(x.stats().drops.of(rtp::drop_reason::padding_only) == 1);
  CHECK(x.engine.stats(at(0s)).drops.of(rtp::drop_reason::unknown_payload_type)
        == 1);
}

TEST_CASE("one far-off packet is held back; two near ones are a restart") {
  fixture x;
  x.feed(100, 0ms);
  x.feed(40000, 1ms);
  x.feed(101, 2ms);
  CHECK(x.passed == std::vector<int64_t>{100, 101});
  CHECK(x.plis == 0);
  x.feed(20000, 3ms);
  x.feed(20001, 4ms);
  CHECK(x.passed == std::vector<int64_t>{100, 101, 20000, 20001});
  // A backward restart rises as well and requests a key frame.
  CHECK(x.plis == 1);
  x.feed(50, 5ms);
  x.feed(51, 6ms);
  REQUIRE(x.passed.size() == 6);
  CHECK(x.passed[4] == 65536 + 50);
  CHECK(x.stats().packets_lost == 0);
}

TEST_CASE("PLIs of all consumers are coalesced and repeated until answered") {
  fixture x;
  x.feed(1, 0ms);
  for (auto i = 0; i < 50; ++i)
    x.engine.handle_keyframe_request(0, at(1ms * i));
  x.drain();
  CHECK(x.plis == 1);
  x.feed(2, 900ms);
  x.tick(1s);
  CHECK(x.plis == 2);
  x.feed(3, 1100ms, vp8_key);
  CHECK(x.last_event<rtp::keyframe_arrived>());
  x.tick(5s);
  CHECK(x.plis == 2);
}

TEST_CASE("a consumer that just missed a key frame gets another soon") {
  fixture x;
  x.feed(1, 0ms);
  x.engine.handle_keyframe_request(0, at(1ms));
  x.drain();
  x.feed(2, 60ms, vp8_key);
  x.engine.handle_keyframe_request(0, at(100ms));
  x.tick(350ms);
  CHECK(x.plis == 1);
  x.tick(351ms);
  CHECK(x.plis == 2);
}

TEST_CASE("FIR is used if PLI was not negotiated") {
  auto config = video();
  config.feedback.pli = false;
  fixture x{config};
  x.feed(1, 0ms);
  x.engine.handle_keyframe_request(0, at(1ms));
  x.drain();
  CHECK(x.firs == 1);
  CHECK(x.plis == 0);
}

TEST_CASE("a gap beyond repair requests a key frame instead of the packets") {
  fixture x;
  x.feed(1, 0ms);
  x.feed(1500, 1ms);
  x.tick(100ms);
  CHECK(x.nacked.empty());
  CHECK(x.plis == 1);
}

TEST_CASE("receiver reports contain loss, jitter and the last sender report") {
  fixture x;
  auto info = rtp::rtcp::sender_info{};
  info.ssrc = rtp::ssrc{1111};
  info.ntp.value = 0x0000AAAABBBB0000;
  info.rtp_timestamp = 0;
  for (auto i = 0; i < 100; ++i)
    if (i % 4 != 3)
      x.feed(static_cast<uint16_t>(65500 + i), i * 10ms);
  x.engine.handle_sender_report(info, at(1s));
  x.tick(3s);
  REQUIRE_FALSE(x.blocks.empty());
  auto block = x.blocks.back();
  CHECK(rtp::value(block.ssrc) == 1111);
  CHECK(block.fraction_lost > 50);
  CHECK(block.fraction_lost < 70);
  CHECK(block.extended_highest_sequence == 65500 + 98);
  CHECK(block.cumulative_lost == 24);
  CHECK(block.last_sender_report == 0xAAAABBBB);
  CHECK(block.delay_since_last_sender_report == 2 * 65536);
  auto* report = x.last_event<rtp::source_report>();
  REQUIRE(report);
  CHECK(report->ntp == info.ntp);
}

TEST_CASE("the answer to a reference time yields the round trip") {
  fixture x;
  x.feed(1, 0ms);
  x.tick(1600ms);
  REQUIRE(x.reference_time);
  auto item = rtp::rtcp::dlrr_item{};
  item.ssrc = rtp::ssrc{1};
  item.last_receiver_report = x.reference_time->middle();
  item.delay_since_last_receiver_report = rtp::to_compact_ntp(20ms);
  x.engine.handle_dlrr(item, at(1700ms));
  REQUIRE(x.stats().round_trip_time);
  auto ms =
      std::chrono::duration<double, std::milli>{*x.stats().round_trip_time};
  CHECK(ms.count() == doctest::Approx(80).epsilon(0.02));
}

TEST_CASE("a silent stream is inactive and scores 0 until it continues") {
  fixture x;
  x.feed(1, 0ms);
  CHECK(x.last_event<rtp::stream_activity_changed>()->active);
  REQUIRE(x.last_event<rtp::score_changed>());
  CHECK(x.last_event<rtp::score_changed>()->score == 10);
  x.tick(1999ms);
  CHECK(x.last_event<rtp::stream_activity_changed>()->active);
  x.tick(2s);
  CHECK_FALSE(x.last_event<rtp::stream_activity_changed>()->active);
  CHECK(x.last_event<rtp::score_changed>()->score == 0);
  x.feed(2, 3s);
  CHECK(x.last_event<rtp::stream_activity_changed>()->active);
  CHECK(x.last_event<rtp::score_changed>()->score == 10);
}

TEST_CASE("a paused producer forwards nothing and requests nothing") {
  fixture x;
  x.feed(1, 0ms, vp8_key);
  x.engine.pause(at(1ms));
  x.feed(2, 2ms);
  x.feed(9, 3ms);
  x.rtx(5, 4ms);
  x.tick(100ms);
  CHECK(x.passed.size() == 1);
  CHECK(x.nacked.empty());
  x.engine.resume(at(200ms));
  x.drain();
  CHECK(x.plis == 1);
  x.feed(10, 201ms);
  x.tick(300ms);
  CHECK(x.passed == std::vector<int64_t>{1, 10});
  CHECK(x.nacked.empty());
}

TEST_CASE("simulcast encodings are learned from RID and repaired RID") {
  auto config = video();
  config.encodings = {{{}, {}, "r0"}, {{}, {}, "r1"}};
  fixture x{config};
  auto spec = packet_spec{};
  spec.ssrc = 7;
  spec.extensions = {{2, {'r', '1'}}};
  x.engine.handle_packets(batch_of({make_packet(spec, at(0ms))}), at(0ms));
  auto batch = x.engine.poll_batch();
  REQUIRE(batch);
  CHECK((*batch)->front().encoding == 1);
  spec.extensions = {{2, {'r', '9'}}};
  spec.ssrc = 8;
  x.feed(spec, 0ms);
  CHECK(x.engine.stats(at(0s)).drops.of(rtp::drop_reason::unknown_encoding)
        == 1);
}

TEST_CASE("the camera's orientation is reported when it changes") {
  fixture x;
  auto spec = packet_spec{};
  spec.extensions = {{8, {0x01}}};
  x.feed(spec, 0ms);
  REQUIRE(x.last_event<rtp::orientation_changed>());
  auto count = x.events.size();
  spec.sequence = 1001;
  x.feed(spec, 1ms);
  CHECK(x.events.size() == count);
}

TEST_CASE("padding closes its gap and has no payload") {
  fixture x;
  x.feed(1, 0ms);
  auto spec = packet_spec{};
  spec.sequence = 2;
  spec.payload = {};
  x.engine.handle_packets(batch_of({make_packet(spec, at(1ms))}), at(1ms));
  auto batch = x.engine.poll_batch();
  REQUIRE(batch);
  CHECK((*batch)->front().filler);
}

namespace {

std::vector<int64_t> replay(const fixture& x, net::duration when) {
  auto out = std::vector<int64_t>{};
  if (auto found = x.engine.find_replay(0, at(when)))
    for (auto& p : *found)
      out.push_back(p.sequence - 65536);
  return out;
}

} // namespace

TEST_CASE("a replay begins at the newest key frame, in order") {
  fixture x;
  CHECK(replay(x, 0ms).empty());
  x.feed(65530, 0ms, vp8_key);
  x.feed(65531, 33ms);
  x.feed(65532, 66ms, vp8_key);
  x.feed(65533, 67ms, vp8_rest);
  x.feed(65535, 100ms);
  x.feed(65534, 101ms);
  x.feed(0, 133ms);
  x.feed(1, 166ms);
  auto expected =
      std::vector<int64_t>{65532, 65533, 65534, 65535, 65536, 65537};
  CHECK(replay(x, 200ms) == expected);
  CHECK(x.engine.find_replay(0, at(200ms))->front().keyframe);
  CHECK(replay(x, 1066ms) == expected);
  CHECK(replay(x, 1067ms).empty());
  CHECK_FALSE(x.engine.find_replay(1, at(200ms)));
}

TEST_CASE("there is no replay with a gap until it is repaired") {
  fixture x;
  x.feed(65535, 0ms, vp8_key);
  x.feed(1, 33ms);
  CHECK(replay(x, 40ms).empty());
  x.rtx(0, 50ms);
  CHECK(replay(x, 60ms) == std::vector<int64_t>{65535, 65536, 65537});
}

TEST_CASE("padding is no gap in a replay and is never repeated by RTX") {
  fixture x;
  x.feed(1, 0ms, vp8_key);
  x.feed(2, 1ms, {});
  x.feed(3, 2ms);
  CHECK(replay(x, 3ms) == std::vector<int64_t>{1, 2, 3});
  auto key = rtp::packet_key{0, 65536 + 2};
  CHECK_FALSE(x.engine.find_packets({&key, 1}));
}

TEST_CASE("a replay is bounded and can be disabled") {
  auto config = video();
  config.keep = false; // stored for replay all the same
  config.replay_max_packets = 4;
  fixture x{config};
  x.feed(1, 0ms, vp8_key);
  for (auto i = uint16_t{2}; i <= 4; ++i)
    x.feed(i, 1ms);
  CHECK(replay(x, 2ms).size() == 4);
  x.feed(5, 2ms);
  CHECK(replay(x, 3ms).empty());
  config.replay_max_packets = 0;
  fixture off{config};
  off.feed(1, 0ms, vp8_key);
  CHECK(replay(off, 1ms).empty());
}

TEST_CASE("replays for a large audience may be older and longer") {
  fixture x;
  x.feed(1, 0ms, vp8_key);
  for (auto i = uint16_t{2}; i <= 257; ++i)
    x.feed(i, i * 1ms);
  CHECK(replay(x, 500ms).empty()); // 257 packets
  x.engine.set_large_audience(true);
  CHECK(replay(x, 500ms).size() == 257);
  for (auto i = uint16_t{258}; i <= 384; ++i)
    x.feed(i, i * 5ms);
  CHECK(replay(x, 2s).size() == 384);
  CHECK(replay(x, 2001ms).empty());
  x.feed(385, 1930ms);
  CHECK(replay(x, 2s).empty());
  x.feed(386, 1940ms, vp8_key);
  CHECK(replay(x, 2940ms).size() == 1);
  x.engine.set_large_audience(false);
  CHECK(replay(x, 2940ms).size() == 1);
  CHECK(replay(x, 2941ms).empty());
}

TEST_CASE("replays for a large audience end soon at three quarters") {
  fixture x;
  x.feed(1, 0ms, vp8_key);
  auto end_soon = [&](net::duration when) {
    auto found = x.engine.find_replay(0, at(when));
    REQUIRE(found);
    return x.engine.replays_end_soon(found, at(when));
  };
  CHECK_FALSE(end_soon(1000ms));
  x.engine.set_large_audience(true);
  CHECK_FALSE(end_soon(1500ms));
  CHECK(end_soon(1501ms));
  for (auto i = uint16_t{2}; i <= 288; ++i)
    x.feed(i, i * 1ms);
  CHECK_FALSE(end_soon(300ms));
  x.feed(289, 289ms);
  CHECK(end_soon(300ms));
}

TEST_CASE("a restart or a pause of the sender ends the replay") {
  fixture x;
  x.feed(100, 0ms, vp8_key);
  SUBCASE("restart") {
    x.feed(20000, 1ms);
    x.feed(20001, 2ms);
    CHECK(replay(x, 3ms).empty());
    x.feed(20002, 3ms, vp8_key);
    CHECK(replay(x, 4ms) == std::vector<int64_t>{20002});
  }
  SUBCASE("pause") {
    x.engine.pause(at(1ms));
    CHECK(replay(x, 2ms).empty());
    x.feed(101, 2ms);
    x.engine.resume(at(3ms));
    x.feed(102, 4ms);
    CHECK(replay(x, 5ms).empty());
  }
}

TEST_CASE("a picture with several start packets is replayed from the first") {
  auto config = video();
  config.codec = rtp::codec::h264;
  fixture x{config};
  auto spec = packet_spec{};
  auto next = [&](uint8_t nal, uint8_t data) {
    spec.payload = {nal, data, 1, 2};
    x.feed(spec, 1ms);
    ++spec.sequence;
  };
  next(0x67, 0x42); // SPS
  next(0x68, 0xCE); // PPS
  next(0x65, 0x88); // IDR, first slice
  next(0x65, 0x08); // IDR, another slice
  CHECK(replay(x, 2ms).size() == 4);
}
