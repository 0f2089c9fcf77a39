#include "rtp/recording/frame_builder.hpp"

#include "tests/support/media_packets.hpp"
#include "tests/support/packetizer.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

using payload_list = std::vector<octet_vector>;

struct build_result {
  std::optional<rtp::frame_drop> drop;
  rtp::built_frame frame;
};

/// Builds one frame of these payloads.
build_result build(rtp::frame_builder& builder, const payload_list& payloads,
                   bool restart = false) {
  std::vector<rtp::media_packet> packets;
  for (size_t i = 0; i < payloads.size(); ++i) {
    auto spec = packet_spec{};
    spec.payload = payloads[i];
    spec.marker = i + 1 == payloads.size();
    packets.push_back({make_packet(spec, at(0ms))});
  }
  build_result out;
  out.drop = builder.build(packets, restart, out.frame);
  return out;
}

build_result build(rtp::codec what, const payload_list& payloads) {
  rtp::frame_builder builder{what};
  return build(builder, payloads, true);
}

octet_vector joined(std::initializer_list<octet_vector> xs) {
  octet_vector out;
  for (const auto& x : xs)
    append(out, x);
  return out;
}

const octet_vector vp8_frame = {0x10, 0x00, 0x00, 0x9d, 0x01, 0x2a,
                                0x40, 0x01, 0xf0, 0x00, 7,    8};
const octet_vector sps = {0x67, 0x42, 0x00, 0x1F};
const octet_vector pps = {0x68, 0xCE};
const octet_vector idr = {0x65, 0x88, 1, 2, 3, 4, 5, 6};

} // namespace

TEST_CASE("a VP8 frame is its payloads without their descriptors") {
  auto x = build(rtp::codec::vp8, packetize_vp8(vp8_frame, 300, 10).payloads);
  CHECK(!x.drop);
  CHECK(x.frame.octets == vp8_frame);
  CHECK(x.frame.keyframe);
  CHECK(x.frame.size == rtp::picture_size{320, 240});
}

TEST_CASE("VP8 packets that are no whole frame are refused") {
  auto whole = packetize_vp8(vp8_frame, 300, 5).payloads;
  CHECK(build(rtp::codec::vp8, {whole[1], whole[2]}).drop
        == rtp::frame_drop::malformed);
  CHECK(build(rtp::codec::vp8, {whole[0], whole[0]}).drop
        == rtp::frame_drop::malformed);
  // A key frame without its start code.
  CHECK(build(rtp::codec::vp8, {{0x10, 0x00, 0x00, 0x00, 1, 2, 3, 4, 5, 6, 7}})
            .drop
        == rtp::frame_drop::malformed);
}

TEST_CASE("a delta frame is no restart") {
  rtp::frame_builder builder{rtp::codec::vp8};
  CHECK(build(builder, {vp8_delta}, true).drop
        == rtp::frame_drop::awaiting_keyframe);
  CHECK(!build(builder, packetize_vp8(vp8_frame, 1, 100).payloads, true).drop);
  CHECK(!build(builder, {vp8_delta}).drop);
}

TEST_CASE("a VP9 frame of one layer has no superframe index") {
  auto frame = octet_vector{0x82, 0x49, 0x83, 0x42, 0x20, 1, 2, 3, 4, 5};
  auto x = build(rtp::codec::vp9, packetize_vp9({frame}, true, 5, 3).payloads);
  CHECK(!x.drop);
  CHECK(x.frame.octets == frame);
  CHECK(x.frame.keyframe);
  CHECK(x.frame.size == rtp::picture_size{64, 36});
}

TEST_CASE("VP9 layers become a superframe with an index") {
  // VP9 bitstream specification, annex B: the sizes are little-endian, in as
  // few octets as the largest needs.
  auto small = octet_vector{0x82, 0x49, 0x83, 0x42, 0x20, 1, 2, 3, 4};
  auto large = octet_vector(300, 0x86);
  auto x = build(rtp::codec::vp9,
                 packetize_vp9({small, large}, true, 5, 100).payloads);
  CHECK(!x.drop);
  CHECK(x.frame.octets
        == joined({small, large, {0xC9, 9, 0, 0x2C, 0x01, 0xC9}}));
  CHECK(x.frame.size == rtp::picture_size{128, 72});
  auto tiny = build(rtp::codec::vp9,
                    packetize_vp9({small, {0x86, 1}}, true, 5, 100).payloads);
  CHECK(tiny.frame.octets == joined({small, {0x86, 1}, {0xC1, 9, 2, 0xC1}}));
}

TEST_CASE("VP9 packets that are no whole picture are refused") {
  auto whole = packetize_vp9({octet_vector(30, 0x82), octet_vector(30, 0x86)},
                             true, 5, 20)
                   .payloads;
  REQUIRE(whole.size() == 4);
  CHECK(build(rtp::codec::vp9, {whole[1], whole[2], whole[3]}).drop
        == rtp::frame_drop::malformed);
  CHECK(build(rtp::codec::vp9, {whole[0], whole[2], whole[3]}).drop
        == rtp::frame_drop::malformed);
  CHECK(build(rtp::codec::vp9, {whole[0], whole[1], whole[2]}).drop
        == rtp::frame_drop::malformed);
  // Nine layers.
  auto layer = packetize_vp9({octet_vector{0x82, 1}}, false, 5, 20).payloads[0];
  CHECK(build(rtp::codec::vp9, payload_list(9, layer)).drop
        == rtp::frame_drop::malformed);
}

TEST_CASE("VP9 key frames and their size are known by their header") {
  auto read = [](const octet_vector& frame) {
    rtp::frame_builder builder{rtp::codec::vp9};
    // Without a structure that tells the size, too.
    auto payloads = packetize_vp9({frame}, false, 5, 20).payloads;
    return build(builder, payloads, true).frame;
  };
  // Profile 0, 640x360: 13 bits before the sizes are colour and such.
  auto key = read({0x82, 0x49, 0x83, 0x42, 0x20, 0x27, 0xF0, 0x16, 0x70, 0});
  CHECK(key.keyframe);
  CHECK(key.size == rtp::picture_size{640, 360});
  // Profile 3 has more bits before them.
  auto deep =
      read({0xB1, 0x24, 0xC1, 0xA1, 0x08, 0x01, 0x3F, 0x80, 0xB3, 0x80});
  CHECK(deep.size == rtp::picture_size{640, 360});
  for (const auto& other : {
           octet_vector{0x86, 0x49, 0x83, 0x42, 0x20, 0x27, 0xF0, 0x16, 0x70},
           octet_vector{0x8A, 0x49, 0x83, 0x42, 0x20, 0x27, 0xF0, 0x16, 0x70},
           octet_vector{0x02, 0x49, 0x83, 0x42, 0x20, 0x27, 0xF0, 0x16, 0x70},
           octet_vector{0x82, 0x49, 0x83, 0x43, 0x20, 0x27, 0xF0, 0x16, 0x70},
           octet_vector{0x82, 0x49, 0x83, 0x42, 0x20, 0x27, 0xF0},
       }) {
    CAPTURE(other);
    CHECK(!read(other).keyframe);
  }
}

TEST_CASE("H264 NAL units get lengths, aggregated or in fragments") {
  auto single = build(rtp::codec::h264, {sps, pps, idr});
  auto expected =
      joined({{0, 0, 0, 4}, sps, {0, 0, 0, 2}, pps, {0, 0, 0, 8}, idr});
  CHECK(!single.drop);
  CHECK(single.frame.octets == expected);
  CHECK(single.frame.keyframe);
  auto aggregate =
      octet_vector{0x78, 0, 4, 0x67, 0x42, 0x00, 0x1F, 0, 2, 0x68, 0xCE};
  CHECK(build(rtp::codec::h264, {aggregate, idr}).frame.octets == expected);
  CHECK(build(rtp::codec::h264, {aggregate,
                                 {0x7C, 0x85, 0x88, 1, 2},
                                 {0x7C, 0x05, 3, 4},
                                 {0x7C, 0x45, 5, 6}})
            .frame.octets
        == expected);
}

TEST_CASE("H264 payloads against the rules are refused") {
  for (const auto& bad : {
           payload_list{{0x7C, 0x05, 3, 4}},                    // no start
           payload_list{{0x7C, 0x85, 3, 4}},                    // no end
           payload_list{{0x7C, 0x85, 3}, {0x7C, 0x85, 3}},      // two starts
           payload_list{{0x7C, 0xC5, 3}},                       // both at once
           payload_list{{0x7C, 0x85, 3}, {0x7C, 0x41, 3}},      // other type
           payload_list{{0x7C, 0x85, 3}, idr, {0x7C, 0x45, 3}}, // in between
           payload_list{{0x7C, 0x85}},                          // empty
           payload_list{{0x7C, 0x9C, 3}, {0x7C, 0x5C, 3}},      // nested
           payload_list{{0x78}},                                // no unit
           payload_list{{0x78, 0, 9, 0x65, 1}},                 // too long
           payload_list{{0x78, 0, 0}},                          // empty unit
           payload_list{{0x78, 0, 2, 0x7C, 0x85}},              // fragment
           payload_list{{0x79, 0, 1, 0, 1, 0x65}},              // STAP-B
           payload_list{{0x60, 1, 2}},                          // type 0
       }) {
    CAPTURE(bad.front());
    CHECK(build(rtp::codec::h264, bad).drop == rtp::frame_drop::malformed);
  }
}

TEST_CASE(
    "H264 parameter sets with a marker of their own begin the next frame") {
  rtp::frame_builder builder{rtp::codec::h264};
  CHECK(!build(builder, {sps}, true).drop);
  CHECK(builder.was_partial());
  CHECK(!build(builder, {pps}).drop);
  CHECK(builder.was_partial());
  auto x = build(builder, {idr});
  CHECK(!builder.was_partial());
  CHECK(!x.drop);
  CHECK(x.frame.keyframe);
  CHECK(x.frame.octets
        == joined({{0, 0, 0, 4}, sps, {0, 0, 0, 2}, pps, {0, 0, 0, 8}, idr}));
}

TEST_CASE("after a gap an H264 key frame needs its parameter sets") {
  rtp::frame_builder builder{rtp::codec::h264};
  CHECK(build(builder, {idr}, true).drop == rtp::frame_drop::no_parameters);
  CHECK(!build(builder, {sps, pps, idr}, true).drop);
  CHECK(build(builder, {idr}, true).drop == rtp::frame_drop::no_parameters);
  CHECK(!build(builder, {sps, pps, idr}, true).drop);
  SUBCASE("unless the sender does not repeat them") {
    CHECK(!build(builder, {idr}).drop);
    CHECK(!build(builder, {idr}, true).drop);
  }
}

TEST_CASE("AV1 OBUs get sizes and lose temporal delimiters") {
  auto obus = std::vector<octet_vector>{
      {0x10}, {0x08, 1, 2, 3}, {0x34, 0x20, 0x10, 5, 6, 7, 8, 9}};
  auto expected =
      octet_vector{0x0A, 3, 1, 2, 3, 0x36, 0x20, 6, 0x10, 5, 6, 7, 8, 9};
  SUBCASE("in one packet") {
    auto x = build(rtp::codec::av1, {{0x38, 1, 0x10, 4, 0x08, 1, 2, 3, 0x34,
                                      0x20, 0x10, 5, 6, 7, 8, 9}});
    CHECK(!x.drop);
    CHECK(x.frame.octets == expected);
    CHECK(x.frame.keyframe);
  }
  SUBCASE("with sizes of their own") {
    CHECK(
        build(rtp::codec::av1, {{0x08, 2,    0x12, 0, 5,    0x0A, 3, 1, 2, 3,
                                 9,    0x36, 0x20, 6, 0x10, 5,    6, 7, 8, 9}})
            .frame.octets
        == expected);
  }
  SUBCASE("in several packets") {
    for (const auto& second :
         {octet_vector{0xE0, 2, 2, 3, 0x34, 0x20, 0x10},
          octet_vector{0xC0, 2, 2, 3, 3, 0x34, 0x20, 0x10}})
      CHECK(
          build(
              rtp::codec::av1,
              {{0x68, 1, 0x10, 0x08, 1}, second, {0xD0, 5, 6}, {0x90, 7, 8, 9}})
              .frame.octets
          == expected);
  }
}

TEST_CASE("AV1 payloads against the rules are refused") {
  for (const auto& bad : {
           payload_list{{0x90, 0x30, 0x10}},            // continues nothing
           payload_list{{0x50, 0x30, 0x10}},            // no end
           payload_list{{0x50, 0x30}, {0x10, 0x30, 1}}, // no continuation
           payload_list{{0x00, 9, 0x30, 0x10}},         // too long
           payload_list{{0x20, 2, 0x30, 0x10}},         // one instead of two
           payload_list{{0x00, 0x80, 0x80}},            // endless number
           payload_list{{0x10}},                        // no element
           payload_list{{0x00, 0}},                     // an empty element
           payload_list{{0x10, 0x32, 5, 0x10}},         // a wrong size
           payload_list{{0x10, 0xB0, 0x10}},            // forbidden bit
           payload_list{{0x10, 0x34}},                  // no extension
           payload_list{{0x18, 0x08, 1}},               // no frame
       }) {
    CAPTURE(bad.front());
    CHECK(build(rtp::codec::av1, bad).drop == rtp::frame_drop::malformed);
  }
}

TEST_CASE("an AV1 key frame has a sequence header") {
  CHECK(build(rtp::codec::av1, {{0x18, 0x30, 0x10, 1}}).drop
        == rtp::frame_drop::awaiting_keyframe);
  CHECK(!build(rtp::codec::av1, {{0x28, 2, 0x08, 1, 0x30, 0x10, 1}}).drop);
  CHECK(build(rtp::codec::av1, {{0x28, 2, 0x08, 1, 0x30, 0x30, 1}}).drop
        == rtp::frame_drop::awaiting_keyframe);
}

TEST_CASE("Opus packets are stored as they are, with their length") {
  auto x = build(rtp::codec::opus, {{0x78, 1, 2, 3}});
  CHECK(!x.drop);
  CHECK(x.frame.octets == octet_vector{0x78, 1, 2, 3});
  CHECK(x.frame.length == 20ms);
  CHECK(x.frame.keyframe);
  // Three frames of 60 ms are more than a packet may have.
  CHECK(build(rtp::codec::opus, {{0x1B, 3, 0}}).drop
        == rtp::frame_drop::malformed);
}
