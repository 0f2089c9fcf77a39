#include "rtp/codec/payload_descriptor.hpp"

#include "rtp/codec/av1.hpp"
#include "rtp/codec/h264.hpp"
#include "rtp/codec/opus.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using rtp::codec;
using namespace std::chrono_literals;

namespace {

rtp::payload_descriptor h264(std::string_view hex) {
  auto x = rtp::describe_h264(from_hex(hex), false);
  REQUIRE(x);
  return *x;
}

} // namespace

TEST_CASE("H264 key frames are recognized in all packet types (RFC 6184)") {
  CHECK(h264("67 42e01f").keyframe);                    // SPS
  CHECK(h264("65 88").keyframe);                        // IDR, first slice
  CHECK_FALSE(h264("65 48").keyframe);                  // a later slice
  CHECK(h264("78 0004 6742e01f 0002 68ce").keyframe);   // STAP-A with SPS
  CHECK_FALSE(h264("78 0002 0910 0002 68ce").keyframe); // without
  CHECK(h264("7c 85 88").keyframe);                     // FU-A start of IDR
  CHECK_FALSE(h264("7c 05 88").keyframe);               // its middle
  CHECK_FALSE(h264("7c 45 88").keyframe);               // its end
  CHECK_FALSE(h264("7c 81 9a").keyframe);               // start of a slice
  CHECK_FALSE(h264("61 9a").keyframe);
}

TEST_CASE(
    "H264 frames start at first slices and at parameter sets before them") {
  CHECK(h264("61 9a").start_of_frame);
  CHECK_FALSE(h264("61 4a").start_of_frame);
  CHECK(h264("7c 81 9a").start_of_frame);
  CHECK_FALSE(h264("7c 01 9a").start_of_frame);
  CHECK(h264("09 10").start_of_frame);
  CHECK(h264("68 ce").start_of_frame);
  CHECK(h264("01 9a").discardable);
  CHECK_FALSE(h264("41 9a").discardable);
}

TEST_CASE("H264 payloads of other modes or with bad lengths are refused") {
  for (auto text : {"", "00 00", "79 0000", "7d 85 88", "7e 00", "7c", "7c 85",
                    "78 00", "78 0000", "78 0005 65 88", "78 0001 65 00"}) {
    CAPTURE(std::string{text});
    CHECK_FALSE(rtp::describe_h264(from_hex(text), false));
  }
}

TEST_CASE("the AV1 aggregation header shows new sequences") {
  auto x = rtp::parse_av1_aggregation_header(from_hex("18 0a"));
  REQUIRE(x);
  CHECK(*x == rtp::av1_aggregation_header{false, false, 1, true});
  CHECK(rtp::describe(codec::av1, from_hex("18 0a"), true)->keyframe);
  auto middle = rtp::describe(codec::av1, from_hex("d0 0a"), false);
  REQUIRE(middle);
  CHECK_FALSE(middle->keyframe);
  CHECK_FALSE(middle->start_of_frame);
  CHECK_FALSE(rtp::describe(codec::av1, from_hex("88 0a"), false));
  CHECK_FALSE(rtp::describe(codec::av1, {}, false));
}

TEST_CASE("Opus frames are counted and timed (RFC 6716, section 3)") {
  auto x = rtp::parse_opus(from_hex("fc 010203"));
  REQUIRE(x);
  CHECK(x->config == 31);
  CHECK(x->stereo);
  CHECK(x->packet_duration() == 20ms);
  CHECK_FALSE(x->dtx);
  CHECK(rtp::parse_opus(from_hex("08 0000"))->packet_duration() == 20ms);
  CHECK(rtp::parse_opus(from_hex("19 0000"))->packet_duration() == 120ms);
  CHECK(rtp::parse_opus(from_hex("83 30 00"))->packet_duration() == 120ms);
  CHECK(rtp::parse_opus(from_hex("60 0000"))->packet_duration() == 10ms);
}

TEST_CASE("Opus silence is at most two octets, and discardable") {
  CHECK(rtp::parse_opus(from_hex("78"))->dtx);
  CHECK(rtp::parse_opus(from_hex("7800"))->dtx);
  CHECK(rtp::describe(codec::opus, from_hex("78"), false)->discardable);
  CHECK_FALSE(
      rtp::describe(codec::opus, from_hex("780102"), false)->discardable);
}

TEST_CASE("Opus packets of no frames or more than 120 ms are refused") {
  CHECK_FALSE(rtp::parse_opus({}));
  CHECK_FALSE(rtp::parse_opus(from_hex("03")));
  CHECK_FALSE(rtp::parse_opus(from_hex("03 00 00")));
  CHECK_FALSE(rtp::parse_opus(from_hex("83 31 00")));
  CHECK_FALSE(rtp::parse_opus(from_hex("1b 03 00")));
}

TEST_CASE("audio and unknown codecs can begin at any packet") {
  for (auto what : {codec::opus, codec::other_audio, codec::other_video}) {
    auto x = rtp::describe(what, from_hex("00 01 02"), true);
    REQUIRE(x);
    CHECK(x->keyframe);
    CHECK(x->start_of_frame);
    CHECK(x->end_of_frame);
  }
  CHECK(rtp::describe(codec::opus, {}, false));
  CHECK_FALSE(rtp::describe(codec::vp8, {}, false));
  CHECK_FALSE(rtp::describe(codec::vp9, {}, false));
}
