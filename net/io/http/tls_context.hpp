#pragma once

#include "net/base/result.hpp"
#include "net/io/http/http_server.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace boost::asio::ssl {
class context;
} // namespace boost::asio::ssl

namespace troupe::net {

/// Why a certificate and key cannot be used for TLS.
enum class tls_errc {
  /// The certificate file cannot be read, or has no certificate.
  bad_certificate = 1,
  /// The key file cannot be read, or has no private key.
  bad_key,
  /// The key does not belong to the certificate.
  mismatch,
};

const std::error_category& tls_category();

inline std::error_code make_error_code(tls_errc x) {
  return {static_cast<int>(x), tls_category()};
}

/// Makes a server's TLS context: TLS 1.2 or newer, forward secrecy, no
/// renegotiation, no compression. Fails with a `tls_errc`.
result<std::shared_ptr<boost::asio::ssl::context>>
make_tls_context(const tls_files& files);

/// The facts about a server's certificate that an operator needs.
struct certificate_facts {
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;

  /// The host names and IP addresses it is valid for: its subject alternative
  /// names, or else its common name.
  std::vector<std::string> names;

  /// Self-signed: browsers trust it only if configured to.
  bool self_signed = false;
};

/// Returns the facts of a context's certificate.
certificate_facts describe(boost::asio::ssl::context& context);

/// Reads the certificate and checks it and its key like `make_tls_context`.
result<certificate_facts> read_certificate(const tls_files& files);

} // namespace troupe::net

template <>
struct std::is_error_code_enum<troupe::net::tls_errc> : std::true_type {};
