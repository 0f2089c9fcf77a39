#include "net/base/classify.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace troupe::net;

namespace {

datagram_kind classify_octets(uint8_t first, uint8_t second, size_t size) {
  std::array<uint8_t, 64> octets{first, second};
  return classify(byte_span{octets}.first(size));
}

datagram_kind expected(int first) {
  if (first <= 3)
    return datagram_kind::stun;
  if (first >= 20 && first <= 63)
    return datagram_kind::dtls;
  if (first >= 128 && first <= 191)
    return datagram_kind::rtp;
  return datagram_kind::other;
}

} // namespace

TEST_CASE("the first octet determines the protocol (RFC 7983, section 7)") {
  for (int first = 0; first < 256; ++first) {
    CAPTURE(first);
    CHECK(classify_octets(static_cast<uint8_t>(first), 0, 64)
          == expected(first));
  }
}

TEST_CASE("packet types 192 to 223 are RTCP (RFC 5761, section 4)") {
  for (int second = 0; second < 256; ++second) {
    CAPTURE(second);
    const auto kind = classify_octets(0x80, static_cast<uint8_t>(second), 64);
    CHECK((kind == datagram_kind::rtcp) == (second >= 192 && second <= 223));
  }
}

TEST_CASE("a datagram shorter than its fixed header is unclassified") {
  CHECK(classify({}) == datagram_kind::other);
  CHECK(classify_octets(0, 1, 19) == datagram_kind::other);
  CHECK(classify_octets(0, 1, 20) == datagram_kind::stun);
  CHECK(classify_octets(22, 254, 12) == datagram_kind::other);
  CHECK(classify_octets(22, 254, 13) == datagram_kind::dtls);
  CHECK(classify_octets(0x80, 96, 11) == datagram_kind::other);
  CHECK(classify_octets(0x80, 96, 12) == datagram_kind::rtp);
  CHECK(classify_octets(0x80, 200, 7) == datagram_kind::other);
  CHECK(classify_octets(0x80, 200, 8) == datagram_kind::rtcp);
}
