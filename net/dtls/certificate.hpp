#pragma once

#include "net/base/result.hpp"
#include "net/srtp/srtp_session.hpp"

#include <compare>
#include <memory>
#include <span>
#include <string>

namespace troupe::net {

/// A certificate's hash as in SDP (RFC 8122, section 5): the algorithm in lower
/// case ("sha-256"), the value in upper-case hex with colons.
struct certificate_fingerprint {
  std::string algorithm;
  std::string value;

  auto operator<=>(const certificate_fingerprint&) const = default;
};

/// The order in which SRTP profiles are offered and chosen.
inline constexpr srtp_profile srtp_profile_preference[] = {
    srtp_profile::aead_aes_128_gcm,
    srtp_profile::aead_aes_256_gcm,
    srtp_profile::aes128_cm_sha1_80,
    srtp_profile::aes128_cm_sha1_32,
};

/// The server's key (ECDSA P-256), its self-signed certificate, and the TLS
/// settings that all associations share. One per process; thread-safe.
class dtls_context {
public:
  /// Makes a key and a certificate that is valid for a year. `profiles` lists
  /// the SRTP profiles to negotiate, best first; it must not be empty. Fails
  /// with a dtls_errc.
  static result<std::unique_ptr<dtls_context>>
  make(std::span<const srtp_profile> profiles = srtp_profile_preference);

  ~dtls_context();

  dtls_context(const dtls_context&) = delete;
  dtls_context& operator=(const dtls_context&) = delete;

  /// The SHA-256 fingerprint to signal.
  const certificate_fingerprint& fingerprint() const;

private:
  friend class dtls_connection;
  dtls_context();
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
