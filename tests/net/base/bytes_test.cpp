#include "net/base/bytes.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace troupe::net;

TEST_CASE("padding fills up to the next multiple of four") {
  CHECK(pad_to_four(0) == 0);
  CHECK(pad_to_four(1) == 4);
  CHECK(pad_to_four(3) == 4);
  CHECK(pad_to_four(4) == 4);
  CHECK(pad_to_four(5) == 8);
  CHECK(pad_to_four(65'535) == 65'536);
}

TEST_CASE("a reader reads the values that a writer wrote") {
  std::array<uint8_t, 22> scratch;
  byte_writer out{scratch};
  out.u8(0x12);
  out.u16(0x3456);
  out.u24(0x789abc);
  out.u32(0xdef01234);
  out.u64(0x56789abcdef01234);
  out.zeros(1);
  out.bytes(as_bytes("end"));
  REQUIRE_FALSE(out.failed());
  CHECK(out.remaining() == 0);
  byte_reader in{scratch};
  CHECK(in.u8() == 0x12);
  CHECK(in.u16() == 0x3456);
  CHECK(in.u24() == 0x789abc);
  CHECK(in.u32() == 0xdef01234);
  CHECK(in.u64() == 0x56789abcdef01234);
  CHECK(in.skip(1));
  CHECK(as_text(in.bytes(3)) == "end");
  CHECK(in.remaining() == 0);
  CHECK_FALSE(in.failed());
}

TEST_CASE("a reader never passes the end, and its failure is permanent") {
  const std::array<uint8_t, 3> octets{1, 2, 3};
  byte_reader in{octets};
  CHECK(in.u32() == 0);
  CHECK(in.failed());
  // Octets are left, but all reads after a failure yield nothing.
  CHECK(in.u8() == 0);
  CHECK(in.bytes(1).empty());
  CHECK_FALSE(in.skip(0));
}

TEST_CASE("a writer never passes the end, and its failure is permanent") {
  std::array<uint8_t, 4> scratch{9, 9, 9, 9};
  byte_writer out{mutable_byte_span{scratch}.first(3)};
  out.u16(0x0102);
  out.u16(0x0304);
  CHECK(out.failed());
  out.u8(5);
  CHECK(out.position() == 2);
  CHECK(scratch == std::array<uint8_t, 4>{1, 2, 9, 9});
}
