#pragma once

#include <system_error>

namespace troupe::net {

/// Why a dtls_context could not be made. Every case means that OpenSSL lacks a
/// feature or is out of memory.
enum class dtls_errc {
  /// No P-256 key could be generated.
  key_generation_failed = 1,
  /// The certificate could not be built or signed.
  certificate_failed,
  /// OpenSSL refused the versions, ciphers, groups or SRTP profiles.
  settings_refused,
};

const std::error_category& dtls_category();

inline std::error_code make_error_code(dtls_errc x) {
  return {static_cast<int>(x), dtls_category()};
}

} // namespace troupe::net

template <>
struct std::is_error_code_enum<troupe::net::dtls_errc> : std::true_type {};
