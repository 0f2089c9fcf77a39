#include "rtp/packet/packet.hpp"

#include "net/base/rng.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("the fields of a fixed header are read (RFC 3550, section 5.1)") {
  auto x = parse(from_hex("80 e0 fffe 01020304 a1a2a3a4 0708"));
  REQUIRE(x);
  CHECK(x->marker());
  CHECK(value(x->payload_type()) == 96);
  CHECK(x->sequence_number() == 65534);
  CHECK(x->timestamp() == 0x01020304);
  CHECK(value(x->ssrc()) == 0xA1A2A3A4);
  CHECK(x->header().size() == 12);
  CHECK(to_octets(x->payload()) == octets{7, 8});
  CHECK(x->padding() == 0);
  CHECK(x->size() == 14);
  CHECK(x->csrcs().empty());
  CHECK(x->extension_profile() == 0);
  CHECK(x->extension(1).data() == nullptr);
  static_assert(sizeof(rtp::packet) == 40);
}

TEST_CASE("CSRCs, extensions and padding are separated from the payload") {
  auto x = parse(from_hex("b2 60 0001 00000000 00000001"
                          "0000000a 0000000b"
                          "bede 0002 10 41 22 010203 00 00"
                          "aabbcc 0000000004"));
  REQUIRE(x);
  CHECK(to_octets(x->csrcs()) == from_hex("0000000a 0000000b"));
  CHECK(x->header().size() == 12 + 8 + 12);
  CHECK(to_octets(x->payload()) == from_hex("aabbcc00"));
  CHECK(x->padding() == 4);
  CHECK(to_octets(x->extension(1)) == octets{0x41});
  CHECK(to_octets(x->extension(2)) == octets{1, 2, 3});
  CHECK(x->extension(3).data() == nullptr);
  CHECK(x->extension(0).data() == nullptr);
}

TEST_CASE("headers that do not fit their packet are refused") {
  for (auto text : {
           "", "80",
           "8060 0001 00000000 000000",            // 11 octets
           "4060 0001 00000000 00000001",          // version 1
           "c060 0001 00000000 00000001",          // version 3
           "8160 0001 00000000 00000001",          // a CSRC beyond the end
           "8f60 0001 00000000 00000001 0000000a", // fifteen CSRCs
           "9060 0001 00000000 00000001",          // no extension header
           "9060 0001 00000000 00000001 bede00",
           "9060 0001 00000000 00000001 bede0001",
           "9060 0001 00000000 00000001 bedeffff 00000000",
           "a060 0001 00000000 00000001",         // padding without octets
           "a060 0001 00000000 00000001 00",      // zero padding
           "a060 0001 00000000 00000001 0002 04", // more than the packet has
       }) {
    CAPTURE(std::string{text});
    CHECK_FALSE(parse(from_hex(text)));
  }
  CHECK_FALSE(rtp::packet::parse({}, {}));
}

TEST_CASE("a packet may consist of padding") {
  auto x = parse(from_hex("a060 0001 00000000 00000001 000003"));
  REQUIRE(x);
  CHECK(x->payload().empty());
  CHECK(x->padding() == 3);
}

TEST_CASE("the two-byte form has empty and long elements, and any low bits") {
  rtp_builder b;
  b.two_byte = true;
  b.extensions = {{1, {}}, {200, octets(40, 7)}, {3, {9}}};
  auto wire = b.build();
  wire[13] = 0x05; // application bits
  auto x = parse(wire);
  REQUIRE(x);
  CHECK(x->extension(1).data() != nullptr);
  CHECK(x->extension(1).empty());
  CHECK(to_octets(x->extension(200)) == octets(40, 7));
  CHECK(to_octets(x->extension(3)) == octets{9});
}

TEST_CASE("extension reading stops as RFC 8285, section 4.2, requires") {
  auto head = std::string{"9060 0001 00000000 00000001"};
  SUBCASE("at id 15") {
    auto x = parse(from_hex(head + "bede 0002 1001 f0 00 2002 0000"));
    CHECK(x->extension(1).size() == 1);
    CHECK(x->extension(15).data() == nullptr);
    CHECK(x->extension(2).data() == nullptr);
  }
  SUBCASE("at id 0 with a length") {
    auto x = parse(from_hex(head + "bede 0002 1001 03 00 2002 0000"));
    CHECK(x->extension(1).size() == 1);
    CHECK(x->extension(2).data() == nullptr);
  }
  SUBCASE("at an element longer than the block") {
    auto x = parse(from_hex(head + "bede 0001 1001 2f 00 0102030405"));
    CHECK(x->extension(1).size() == 1);
    CHECK(x->extension(2).data() == nullptr);
  }
  SUBCASE("at a two-byte element without a length") {
    auto x = parse(from_hex(head + "1000 0001 000000 07"));
    CHECK(x->extension(7).data() == nullptr);
  }
  SUBCASE("padding between elements is skipped") {
    auto x = parse(from_hex(head + "bede 0002 00 00 1001 00 2002 00"));
    CHECK(x->extension(1).size() == 1);
    CHECK(x->extension(2).size() == 1);
  }
  SUBCASE("another profile has no elements") {
    auto x = parse(from_hex(head + "abac 0001 10010000"));
    CHECK(x->extension_profile() == 0xABAC);
    CHECK(x->extension_block().size() == 4);
    CHECK(x->extension(1).data() == nullptr);
  }
}

TEST_CASE("randomly built packets are read back") {
  constexpr uint64_t seed = 7;
  CAPTURE(seed);
  auto rng = net::make_seeded_rng(seed);
  for (int round = 0; round < 2000; ++round) {
    rtp_builder b;
    b.marker = rng->below(2) != 0;
    b.payload_type = static_cast<uint8_t>(rng->below(128));
    b.sequence_number = static_cast<uint16_t>(rng->u32());
    b.timestamp = rng->u32();
    b.ssrc = rng->u32();
    b.csrcs.resize(rng->below(16));
    b.two_byte = rng->below(2) != 0;
    for (uint8_t id = 1; id < 15; ++id)
      if (rng->below(4) == 0) {
        octets text(1 + rng->below(b.two_byte ? 30 : 16));
        rng->fill(text);
        b.extensions.emplace_back(id, text);
      }
    b.payload.resize(rng->below(900));
    b.padding = static_cast<uint8_t>(rng->below(3) == 0 ? rng->below(256) : 0);
    auto x = parse(b.build());
    REQUIRE(x);
    CHECK(x->marker() == b.marker);
    CHECK(value(x->payload_type()) == b.payload_type);
    CHECK(x->sequence_number() == b.sequence_number);
    CHECK(x->timestamp() == b.timestamp);
    CHECK(value(x->ssrc()) == b.ssrc);
    CHECK(x->csrcs().size() == 4 * b.csrcs.size());
    CHECK(to_octets(x->payload()) == b.payload);
    CHECK(x->padding() == b.padding);
    for (const auto& [id, text] : b.extensions)
      CHECK(to_octets(x->extension(id)) == text);
  }
}
