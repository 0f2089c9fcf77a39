#include "rtp/codec/vp8.hpp"

#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("a key frame with all fields is read (RFC 7741, section 4.2)") {
  // X N=0 S PID=0; I L T K; picture id 0x1234; TL0PICIDX 0x55; TID 2 Y KEYIDX 9
  auto x = rtp::parse_vp8(from_hex("90 f0 9234 55 a9 101000 9d012a 8002 e041"));
  REQUIRE(x);
  CHECK(x->size == 6);
  CHECK(x->start_of_partition);
  CHECK(x->partition == 0);
  CHECK(x->picture_id == 0x1234);
  CHECK(x->wide_picture_id);
  CHECK(x->tl0picidx == 0x55);
  CHECK(x->temporal_id == 2);
  CHECK(x->layer_sync);
  CHECK(x->key_index == 9);
  CHECK(x->keyframe);
  CHECK(x->width == 640);
  CHECK(x->height == 480);
  auto d = describe_vp8(*x, false);
  CHECK(d.keyframe);
  CHECK(d.start_of_frame);
  CHECK_FALSE(d.end_of_frame);
  CHECK(d.temporal_id == 2);
  CHECK(d.temporal_switch);
  CHECK(d.picture_id_bits == 15);
}

TEST_CASE("the shortest descriptor has no ids") {
  auto x = rtp::parse_vp8(from_hex("10 01"));
  REQUIRE(x);
  CHECK(x->size == 1);
  CHECK_FALSE(x->keyframe);
  CHECK_FALSE(x->picture_id);
  CHECK_FALSE(x->tl0picidx);
  auto d = describe_vp8(*x, true);
  CHECK(d.end_of_frame);
  CHECK(d.picture_id_bits == 0);
}

TEST_CASE("only the first packet of a frame can show a key frame") {
  CHECK(rtp::parse_vp8(from_hex("10 00"))->keyframe);
  CHECK_FALSE(rtp::parse_vp8(from_hex("00 00"))->keyframe);
  CHECK_FALSE(rtp::parse_vp8(from_hex("11 00"))->keyframe);
  CHECK_FALSE(rtp::parse_vp8(from_hex("10 01"))->keyframe);
  auto x = rtp::parse_vp8(from_hex("30 01"));
  CHECK(describe_vp8(*x, false).discardable);
}

TEST_CASE("a payload that ends within its descriptor is refused") {
  auto whole = from_hex("90 f0 9234 55 a9 00");
  REQUIRE(rtp::parse_vp8(whole));
  for (size_t n = 0; n < whole.size(); ++n)
    CHECK_FALSE(rtp::parse_vp8(net::byte_span{whole}.first(n)));
}

TEST_CASE("picture id and TL0PICIDX are rewritten in place, width kept") {
  auto wide = from_hex("90 f0 9234 55 a9 aabb");
  auto d = *rtp::describe(rtp::codec::vp8, wide, false);
  rewrite_vp8(wide, d, 0x7FFF, 0xFF);
  CHECK(wide == from_hex("90 f0 ffff ff a9 aabb"));
  rewrite_vp8(wide, d, 0, 0);
  CHECK(wide == from_hex("90 f0 8000 00 a9 aabb"));

  auto narrow = from_hex("90 80 12 aabb");
  d = *rtp::describe(rtp::codec::vp8, narrow, false);
  CHECK(d.picture_id_bits == 7);
  rewrite_vp8(narrow, d, 0x1FF, 0xFF);
  CHECK(narrow == from_hex("90 80 7f aabb"));

  auto none = from_hex("10 aabb");
  d = *rtp::describe(rtp::codec::vp8, none, false);
  rewrite_vp8(none, d, 1, 1);
  CHECK(none == from_hex("10 aabb"));
}
