#pragma once

#include "net/base/result.hpp"
#include "net/io/http_server.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace boost::asio::ssl {
class context;
} // namespace boost::asio::ssl

namespace troupe::net {

/// Why TLS cannot be had with a certificate and key.
enum class tls_errc {
  /// The certificate file cannot be read, or has no certificate.
  bad_certificate = 1,
  /// The key file cannot be read, or has no private key.
  bad_key,
  /// The key is not that of the certificate.
  mismatch,
};

const std::error_category& tls_category();

inline std::error_code make_error_code(tls_errc x) {
  return {static_cast<int>(x), tls_category()};
}

/// Makes the server's side of TLS: 1.2 or newer, forward secrecy, no
/// renegotiation and no compression. Fails with a `tls_errc`.
result<std::shared_ptr<boost::asio::ssl::context>>
make_tls_context(const tls_files& files);

/// What an operator wants to know of a server's certificate.
struct certificate_facts {
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;

  /// The host names and IP addresses that it is for: its subject's alternative
  /// names, or else its common name.
  std::vector<std::string> names;

  /// Signed by itself: browsers trust it only where they were told to.
  bool self_signed = false;
};

/// The facts of a context's certificate.
certificate_facts describe(boost::asio::ssl::context& context);

/// Reads the certificate, and checks it and its key as `make_tls_context`
/// does.
result<certificate_facts> read_certificate(const tls_files& files);

} // namespace troupe::net

template <>
struct std::is_error_code_enum<troupe::net::tls_errc> : std::true_type {};
