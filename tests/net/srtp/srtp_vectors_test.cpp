#include "net/srtp/session_keys.hpp"
#include "tests/net/srtp/srtp_test_kit.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::net;
using namespace troupe::test;

namespace {

struct suite {
  srtp_backend backend;
  keystream_function keystream;
  std::unique_ptr<srtp_sender> (*make_sender)(srtp_profile,
                                              const srtp_session_keys&);
  std::unique_ptr<srtp_receiver> (*make_receiver)(srtp_profile,
                                                  const srtp_session_keys&);
};

std::vector<suite> suites() {
  std::vector<suite> result{{srtp_backend::openssl, openssl_keystream,
                             make_openssl_sender, make_openssl_receiver}};
  if (ipsec_mb_available())
    result.push_back({srtp_backend::ipsec_mb, ipsec_mb_keystream,
                      make_ipsec_mb_sender, make_ipsec_mb_receiver});
  else
    MESSAGE("ipsec-mb is not available: not tested");
  return result;
}

template <size_t N>
std::vector<uint8_t> to_vector(const std::array<uint8_t, N>& x) {
  return {x.begin(), x.end()};
}

srtp_packet_keys packet_keys(std::string_view key, std::string_view salt) {
  srtp_packet_keys result;
  auto octets = from_hex(key);
  result.key_length = octets.size();
  std::copy(octets.begin(), octets.end(), result.key.begin());
  octets = from_hex(salt);
  std::copy(octets.begin(), octets.end(), result.salt.begin());
  return result;
}

constexpr auto key_128 = "000102030405060708090a0b0c0d0e0f";
constexpr auto key_256 = "000102030405060708090a0b0c0d0e0f"
                         "101112131415161718191a1b1c1d1e1f";
constexpr auto quid_pro_quo = "517569642070726f2071756f";

srtp_session_keys gcm_keys(srtp_profile profile) {
  auto keys =
      packet_keys(profile == srtp_profile::aead_aes_128_gcm ? key_128 : key_256,
                  quid_pro_quo);
  return {keys, keys};
}

} // namespace

TEST_CASE("AES-CM keystream equals RFC 3711, appendix B.2") {
  for (auto& s : suites()) {
    CAPTURE(to_string(s.backend));
    auto key = from_hex("2B7E151628AED2A6ABF7158809CF4F3C");
    auto salt = from_hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
    std::array<uint8_t, 14> k_s;
    std::copy(salt.begin(), salt.end(), k_s.begin());
    std::vector<uint8_t> out(16 * 0xff02);
    REQUIRE(s.keystream(key, make_ctr_iv(k_s, 0, 0), out));
    auto blocks = [&](size_t first) {
      return std::vector<uint8_t>(out.begin() + long(16 * first),
                                  out.begin() + long(16 * (first + 3)));
    };
    CHECK(blocks(0)
          == from_hex("E03EAD0935C95E80E166B16DD92B4EB4"
                      "D23513162B02D0F72A43A2FE4A5F97AB"
                      "41E95B3BB0A2E8DD477901E4FCA894C0"));
    CHECK(blocks(0xfeff)
          == from_hex("EC8CDF7398607CB0F2D21675EA9EA1E4"
                      "362B7C3C6773516318A077D7FC5073AE"
                      "6A2CC3787889374FBEB4C81B17BA6C44"));
  }
}

TEST_CASE("key derivation equals RFC 3711, appendix B.3") {
  srtp_master_key master{from_hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
                         from_hex("0EC675AD498AFEEBB6960B3AABE6")};
  for (auto& s : suites()) {
    CAPTURE(to_string(s.backend));
    auto keys = derive_srtp_session_keys(srtp_profile::aes128_cm_sha1_80,
                                         master, s.keystream);
    REQUIRE(keys);
    auto& rtp = keys->rtp;
    CHECK(std::vector(rtp.key.begin(), rtp.key.begin() + 16)
          == from_hex("C61E7A93744F39EE10734AFE3FF7A087"));
    CHECK(to_vector(rtp.salt) == from_hex("30CBBC08863D8C85D49DB34A9AE1"));
    CHECK(to_vector(rtp.auth_key)
          == from_hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
  }
}

TEST_CASE("a master key of a wrong length makes no session") {
  srtp_master_key bad{std::vector<uint8_t>(15), std::vector<uint8_t>(14)};
  srtp_master_key bad_salt{std::vector<uint8_t>(16), std::vector<uint8_t>(13)};
  auto backends = own_backends();
  backends.push_back(srtp_backend::libsrtp2);
  for (auto backend : backends) {
    for (auto profile : all_profiles) {
      CHECK(!make_srtp_sender(backend, profile, bad));
      CHECK(!make_srtp_receiver(backend, profile, bad));
      CHECK(!make_srtp_sender(backend, profile, bad_salt));
      CHECK(!make_srtp_receiver(backend, profile, bad_salt));
    }
  }
}

TEST_CASE("GCM protects RTP as in RFC 7714, sections 16.1.1 and 16.2.1") {
  auto header = from_hex("8040f17b 8041f8d3 5501a0b2");
  auto payload = from_hex("47616c6c 69612065 7374206f 6d6e6973 20646976"
                          "69736120 696e2070 61727465 73207472 6573");
  struct {
    srtp_profile profile;
    std::string_view expected;
  } cases[] = {
      {srtp_profile::aead_aes_128_gcm,
       "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6"
       "f"
       "42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce"},
      {srtp_profile::aead_aes_256_gcm,
       "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f"
       "3"
       "b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13"},
  };
  for (auto& s : suites()) {
    for (auto& c : cases) {
      CAPTURE(to_string(s.backend));
      CAPTURE(to_string(c.profile));
      auto sender = s.make_sender(c.profile, gcm_keys(c.profile));
      auto receiver = s.make_receiver(c.profile, gcm_keys(c.profile));
      auto packet = protect(*sender, header, payload);
      CHECK(packet == from_hex(c.expected));
      auto size = receiver->unprotect_rtp(packet);
      REQUIRE(size == header.size() + payload.size());
      CHECK(std::equal(payload.begin(), payload.end(),
                       packet.begin() + long(header.size())));
    }
  }
}

TEST_CASE("GCM protects RTCP as in RFC 7714, sections 17.1 and 17.2") {
  auto plain = from_hex("81c8000d4d6172734e5450314e545032525450200000042a"
                        "0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeef"
                        "deadbeef");
  struct {
    srtp_profile profile;
    std::string_view expected;
  } cases[] = {
      {srtp_profile::aead_aes_128_gcm, "81c8000d4d61727363e94885dcdab67ca727d76"
                                       "62f6b7e997ff5c0f76c06f32dc676a5f1"
                                       "730d6fda4ce09b4686303ded0bb9275bc84aa45"
                                       "896cf4d2fc5abf87245d9eade800005d4"},
      {srtp_profile::aead_aes_256_gcm, "81c8000d4d617273d50ae4d1f5ce5d304ba297e"
                                       "47d470c282c3ece5dbffe0a50a2eaa5c1"
                                       "110555be8415f658c61de0476f1b6fad1d1eb30"
                                       "c4446839f57ff6f6cb26ac3be800005d4"},
  };
  for (auto& s : suites()) {
    for (auto& c : cases) {
      CAPTURE(to_string(s.backend));
      CAPTURE(to_string(c.profile));
      auto sender = s.make_sender(c.profile, gcm_keys(c.profile));
      auto receiver = s.make_receiver(c.profile, gcm_keys(c.profile));
      // Indices begin with 1, and the vectors use 0x5d4.
      for (int i = 1; i < 0x5d4; ++i)
        REQUIRE(!protect_rtcp(*sender, plain).empty());
      auto packet = protect_rtcp(*sender, plain);
      CHECK(packet == from_hex(c.expected));
      auto size = receiver->unprotect_rtcp(packet);
      REQUIRE(size == plain.size());
      packet.resize(*size);
      CHECK(packet == plain);
    }
  }
}

TEST_CASE("SRTCP without encryption is refused (RFC 7714, section 17.3)") {
  auto tagged = from_hex(
      "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeef"
      "deadbeefdeadbeefdeadbeefdeadbeef841dd9683dd78ec92ae58790125f62b3000005d"
      "4");
  for (auto& s : suites()) {
    auto profile = srtp_profile::aead_aes_128_gcm;
    auto receiver = s.make_receiver(profile, gcm_keys(profile));
    CHECK(!receiver->unprotect_rtcp(tagged));
    CHECK(receiver->last_error() == srtp_error::malformed);
  }
}
