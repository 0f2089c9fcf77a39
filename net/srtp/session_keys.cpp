#include "net/srtp/session_keys.hpp"

#include <openssl/crypto.h>

namespace troupe::net {

namespace {

enum class label : uint8_t { encryption, authentication, salting };

/// Derives one key. The label is XORed into the salt at octet 7, counted from
/// 0, because the 48-bit index after it is always 0.
bool derive(keystream_function keystream, const srtp_master_key& master,
            uint8_t which, mutable_byte_span out) {
  ctr_iv iv{};
  std::memcpy(iv.data(), master.salt.data(), master.salt.size());
  iv[7] ^= which;
  return keystream(master.key, iv, out);
}

bool derive_packet_keys(keystream_function keystream, srtp_profile profile,
                        const srtp_master_key& master, uint8_t first_label,
                        srtp_packet_keys& out) {
  auto number = [&](label x) {
    return static_cast<uint8_t>(first_label + static_cast<uint8_t>(x));
  };
  out.key_length = srtp_key_length(profile);
  mutable_byte_span key{out.key.data(), out.key_length};
  mutable_byte_span salt{out.salt.data(), srtp_salt_length(profile)};
  return derive(keystream, master, number(label::encryption), key)
         && derive(keystream, master, number(label::authentication),
                   out.auth_key)
         && derive(keystream, master, number(label::salting), salt);
}

} // namespace

srtp_packet_keys::~srtp_packet_keys() {
  OPENSSL_cleanse(key.data(), key.size());
  OPENSSL_cleanse(auth_key.data(), auth_key.size());
  OPENSSL_cleanse(salt.data(), salt.size());
}

std::optional<srtp_session_keys>
derive_srtp_session_keys(srtp_profile profile, const srtp_master_key& master,
                         keystream_function keystream) {
  constexpr uint8_t rtp_labels = 0;
  constexpr uint8_t rtcp_labels = 3;
  if (master.key.size() != srtp_key_length(profile)
      || master.salt.size() != srtp_salt_length(profile))
    return std::nullopt;
  srtp_session_keys keys;
  if (!derive_packet_keys(keystream, profile, master, rtp_labels, keys.rtp)
      || !derive_packet_keys(keystream, profile, master, rtcp_labels,
                             keys.rtcp))
    return std::nullopt;
  return keys;
}

bool is_gcm(srtp_profile profile) {
  return profile == srtp_profile::aead_aes_128_gcm
         || profile == srtp_profile::aead_aes_256_gcm;
}

size_t srtp_tag_length(srtp_profile profile) {
  if (is_gcm(profile))
    return 16;
  return profile == srtp_profile::aes128_cm_sha1_32 ? 4 : 10;
}

} // namespace troupe::net
