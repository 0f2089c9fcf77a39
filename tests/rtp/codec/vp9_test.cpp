#include "rtp/codec/vp9.hpp"

#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("a key frame with a scalability structure is read (RFC 9628)") {
  // I L B V; picture id 0x7fff; TID 0 SID 0; TL0PICIDX 3; SS: 2 layers with
  // resolutions, a group of two pictures with 0 and 2 references.
  auto x = rtp::parse_vp9(from_hex("aa ffff 00 03"
                                   "38 0140 00b4 0280 0168 02 00 38 0102 82"));
  REQUIRE(x);
  CHECK(x->size == 19);
  CHECK_FALSE(x->inter_picture);
  CHECK(x->picture_id == 0x7FFF);
  CHECK(x->has_layers);
  CHECK(x->tl0picidx == 3);
  REQUIRE(x->structure);
  CHECK(x->structure->spatial_layers == 2);
  CHECK(x->structure->resolutions[0] == rtp::vp9_resolution{320, 180});
  CHECK(x->structure->resolutions[1] == rtp::vp9_resolution{640, 360});
  CHECK(x->structure->group_size == 2);
  auto d = describe_vp9(*x, false);
  CHECK(d.keyframe);
  CHECK(d.start_of_frame);
  CHECK_FALSE(d.end_of_frame);
  CHECK(d.picture_id_bits == 15);
  CHECK(d.picture_id_offset == 1);
  CHECK(d.tl0picidx_offset == 4);
}

TEST_CASE("layer indices and switching points are read") {
  // I P L E; 7-bit id; TID 2 U SID 1 D
  auto x = rtp::parse_vp9(from_hex("e4 05 53 09 ff"));
  REQUIRE(x);
  auto d = describe_vp9(*x, false);
  CHECK(d.temporal_id == 2);
  CHECK(d.spatial_id == 1);
  CHECK(d.temporal_up);
  CHECK_FALSE(d.temporal_switch);
  CHECK_FALSE(d.spatial_switch);
  CHECK(d.inter_layer);
  CHECK(d.end_of_frame);
  CHECK_FALSE(d.keyframe);
  CHECK(d.picture_id == 5);
  CHECK(d.picture_id_bits == 7);
  CHECK(d.tl0picidx == 9);
}

TEST_CASE(
    "a receiver can switch to a higher layer at a key picture, not begin") {
  auto x = rtp::parse_vp9(from_hex("a9 05 03 09 ff"));
  REQUIRE(x);
  auto d = describe_vp9(*x, true);
  CHECK_FALSE(d.keyframe);
  CHECK(d.spatial_switch);
  CHECK(d.inter_layer);
  CHECK(d.not_inter_layer_reference);
  CHECK(d.end_of_frame);
}

TEST_CASE("the flexible mode lists up to three references") {
  auto x = rtp::parse_vp9(from_hex("f8 05 00 03 05 06 ff"));
  REQUIRE(x);
  CHECK(x->flexible);
  CHECK_FALSE(x->tl0picidx);
  CHECK(x->reference_count == 3);
  CHECK(x->references == std::array<uint8_t, 3>{1, 2, 3});
  CHECK_FALSE(rtp::parse_vp9(from_hex("f8 05 00 03 05 07 08 ff")));
}

TEST_CASE("a payload that ends within its descriptor is refused (VP9)") {
  auto whole =
      from_hex("aa ffff 00 03 38 0140 00b4 0280 0168 02 00 38 0102 82");
  for (size_t n = 0; n < whole.size(); ++n)
    CHECK_FALSE(rtp::parse_vp9(net::byte_span{whole}.first(n)));
}
