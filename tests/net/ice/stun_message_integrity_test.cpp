#include "net/ice/stun_message_integrity.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace troupe::net;

namespace {

std::string hmac(const std::string& key, const std::string& data) {
  const auto tag = stun_integrity(
      key, {reinterpret_cast<const uint8_t*>(data.data()), data.size()});
  std::string out;
  for (auto x : tag) {
    constexpr char digits[] = "0123456789abcdef";
    out += digits[x >> 4];
    out += digits[x & 15];
  }
  return out;
}

struct vector_of_rfc {
  std::string key;
  std::string data;
  std::string tag;
};

// RFC 2202, section 3: the cases 1 to 3, 6 and 7.
const std::vector<vector_of_rfc> vectors{
    {std::string(20, '\x0b'), "Hi There",
     "b617318655057264e28bc0b6fb378c8ef146be00"},
    {"Jefe", "what do ya want for nothing?",
     "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {std::string(20, '\xaa'), std::string(50, '\xdd'),
     "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
    {std::string(80, '\xaa'),
     "Test Using Larger Than Block-Size Key - Hash Key First",
     "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
    {std::string(80, '\xaa'),
     "Test Using Larger Than Block-Size Key and Larger Than One Block-Size "
     "Data",
     "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"},
};

} // namespace

TEST_CASE("HMAC-SHA1 has the values of RFC 2202, in any order of keys") {
  for (int round = 0; round < 2; ++round)
    for (const auto& x : vectors) {
      CHECK(hmac(x.key, x.data) == x.tag);
      CHECK(hmac(x.key, x.data) == x.tag); // with the key remembered
    }
}

TEST_CASE("an empty key and empty data have a value, too") {
  CHECK(hmac("", "") == "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}
