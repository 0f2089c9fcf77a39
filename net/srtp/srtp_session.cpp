#include "net/srtp/srtp_session.hpp"

#include "net/srtp/session_keys.hpp"

namespace troupe::net {

size_t srtp_key_length(srtp_profile profile) {
  return profile == srtp_profile::aead_aes_256_gcm ? 32 : 16;
}

size_t srtp_salt_length(srtp_profile profile) {
  return is_gcm(profile) ? 12 : 14;
}

std::string_view to_string(srtp_profile profile) {
  switch (profile) {
    case srtp_profile::aes128_cm_sha1_80:
      return "AES_CM_128_HMAC_SHA1_80";
    case srtp_profile::aes128_cm_sha1_32:
      return "AES_CM_128_HMAC_SHA1_32";
    case srtp_profile::aead_aes_128_gcm:
      return "AEAD_AES_128_GCM";
    case srtp_profile::aead_aes_256_gcm:
      return "AEAD_AES_256_GCM";
  }
  return "unknown";
}

std::string_view to_string(srtp_backend backend) {
  switch (backend) {
    case srtp_backend::libsrtp2:
      return "libsrtp2";
    case srtp_backend::openssl:
      return "openssl";
    case srtp_backend::ipsec_mb:
      return "ipsec-mb";
  }
  return "unknown";
}

bool srtp_backend_available(srtp_backend backend) {
  return backend != srtp_backend::ipsec_mb || ipsec_mb_available();
}

srtp_backend fastest_srtp_backend() {
  return ipsec_mb_available() ? srtp_backend::ipsec_mb : srtp_backend::openssl;
}

std::unique_ptr<srtp_sender> make_srtp_sender(srtp_backend backend,
                                              srtp_profile profile,
                                              const srtp_master_key& key) {
  if (!srtp_backend_available(backend))
    return nullptr;
  if (backend == srtp_backend::libsrtp2)
    return make_libsrtp2_sender(profile, key);
  auto uses_openssl = backend == srtp_backend::openssl;
  auto keys = derive_srtp_session_keys(
      profile, key, uses_openssl ? openssl_keystream : ipsec_mb_keystream);
  if (!keys)
    return nullptr;
  return uses_openssl ? make_openssl_sender(profile, *keys)
                      : make_ipsec_mb_sender(profile, *keys);
}

std::unique_ptr<srtp_receiver> make_srtp_receiver(srtp_backend backend,
                                                  srtp_profile profile,
                                                  const srtp_master_key& key) {
  if (!srtp_backend_available(backend))
    return nullptr;
  if (backend == srtp_backend::libsrtp2)
    return make_libsrtp2_receiver(profile, key);
  auto uses_openssl = backend == srtp_backend::openssl;
  auto keys = derive_srtp_session_keys(
      profile, key, uses_openssl ? openssl_keystream : ipsec_mb_keystream);
  if (!keys)
    return nullptr;
  return uses_openssl ? make_openssl_receiver(profile, *keys)
                      : make_ipsec_mb_receiver(profile, *keys);
}

} // namespace troupe::net
