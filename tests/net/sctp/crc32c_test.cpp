#include "net/sctp/crc32c.hpp"

#include <doctest/doctest.h>

#include <array>
#include <numeric>

using namespace troupe::net;

TEST_CASE("CRC32c agrees with the vectors of RFC 3720, appendix B.4") {
  std::array<uint8_t, 32> octets{};
  CHECK(crc32c(octets) == 0x8a9136aa);
  octets.fill(0xff);
  CHECK(crc32c(octets) == 0x62a8ab43);
  std::iota(octets.begin(), octets.end(), uint8_t{0});
  CHECK(crc32c(octets) == 0x46dd794e);
  CHECK(crc32c(as_bytes("123456789")) == 0xe3069283);
}
