#include "rtp/codec/picture_id.hpp"

#include "rtp/codec/vp8.hpp"
#include "rtp/codec/vp9.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

template <class Descriptor>
static void check_widths() {
  auto octets = from_hex("00 7f ff ff 80 00");
  net::byte_reader in{octets};
  in.skip(1);
  Descriptor x;
  read_picture_id(in, x);
  CHECK(x.picture_id == 0x7F);
  CHECK_FALSE(x.wide_picture_id);
  CHECK(x.picture_id_offset == 1);
  read_picture_id(in, x);
  CHECK(x.picture_id == 0x7FFF);
  CHECK(x.wide_picture_id);
  CHECK(x.picture_id_offset == 2);
  read_picture_id(in, x);
  CHECK(x.picture_id == 0);
  CHECK(x.wide_picture_id);
  CHECK_FALSE(in.failed());
}

TEST_CASE("a picture id has 7 bits, or 15 if its first bit is set") {
  check_widths<rtp::vp8_descriptor>();
  check_widths<rtp::vp9_descriptor>();
}

TEST_CASE("the reader fails in the middle of a picture id of 15 bits") {
  auto octets = from_hex("81");
  net::byte_reader in{octets};
  rtp::vp9_descriptor x;
  read_picture_id(in, x);
  CHECK(in.failed());
}

TEST_CASE("a description tells the width only of a picture id that is there") {
  rtp::vp8_descriptor x;
  x.tl0picidx = uint8_t{3};
  x.tl0picidx_offset = 2;
  rtp::payload_descriptor out;
  describe_picture_id(x, out);
  CHECK(out.picture_id_bits == 0);
  CHECK(out.tl0picidx == 3);
  CHECK(out.tl0picidx_offset == 2);
  x.picture_id = uint16_t{5};
  x.picture_id_offset = 4;
  describe_picture_id(x, out);
  CHECK(out.picture_id == 5);
  CHECK(out.picture_id_bits == 7);
  CHECK(out.picture_id_offset == 4);
  x.wide_picture_id = true;
  describe_picture_id(x, out);
  CHECK(out.picture_id_bits == 15);
}
