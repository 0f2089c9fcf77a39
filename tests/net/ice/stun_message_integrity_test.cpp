#include "net/ice/stun_message_integrity.hpp"

#include "net/base/rng.hpp"

#include <doctest/doctest.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>
#include <vector>

using namespace troupe::net;

namespace {

std::string hmac(const std::string& key, const std::string& data) {
  const auto tag = stun_integrity_key{key}.sign(
      {reinterpret_cast<const uint8_t*>(data.data()), data.size()});
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

TEST_CASE("HMAC-SHA1 has the values of RFC 2202") {
  for (const auto& x : vectors)
    CHECK(hmac(x.key, x.data) == x.tag);
}

TEST_CASE("a key signs as OpenSSL's HMAC, for keys and data of any length") {
  const auto random = make_seeded_rng(3);
  for (size_t key_size = 0; key_size <= 130; ++key_size) {
    std::string text(key_size, 0);
    random->fill({reinterpret_cast<uint8_t*>(text.data()), text.size()});
    const stun_integrity_key key{text};
    for (size_t size = 0; size <= 200; size += 1 + size / 8) {
      CAPTURE(key_size);
      CAPTURE(size);
      std::vector<uint8_t> data(size);
      random->fill(data);
      stun_integrity_tag expected;
      REQUIRE(HMAC(EVP_sha1(), text.data(), static_cast<int>(text.size()),
                   data.data(), data.size(), expected.data(), nullptr));
      CHECK(key.sign(data) == expected);
      CHECK(key.sign(data) == expected); // signing leaves the key as it was
    }
  }
}

TEST_CASE("a copied key signs as the first one") {
  const std::vector<uint8_t> data(70, 1);
  const stun_integrity_key first{"a"};
  stun_integrity_key copy{"b"};
  CHECK(copy.sign(data) != first.sign(data));
  copy = first;
  CHECK(copy.sign(data) == first.sign(data));
}

static_assert(sizeof(stun_integrity_key) == 40,
              "each silent client's responder has one");

TEST_CASE("an empty key and empty data have a value, too") {
  CHECK(hmac("", "") == "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}
