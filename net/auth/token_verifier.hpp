#pragma once

#include "net/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace troupe::net {

/// How a token may be signed (RFC 7518, section 3.1).
enum class token_algorithm : uint8_t { hs256, rs256, es256 };

/// "HS256", as the header of a token names it.
std::string_view to_string(token_algorithm x);

/// Why a token, or the keys to check tokens with, were refused.
enum class token_errc {
  /// Not three parts of base64url with a JSON object in the first two, or
  /// longer than `token_verifier::max_token`.
  malformed = 1,
  /// Signed in a way that is not allowed here; "none" never is.
  algorithm,
  /// The signature is not that of any of our keys.
  signature,
  /// HS256 wants a secret of 32 octets at least (RFC 7518, section 3.2).
  weak_secret,
  /// A public key that is no PEM, neither RSA of 2048 bits or more nor on the
  /// curve P-256, or a private key.
  bad_public_key,
  /// There is no key for an algorithm that is to be allowed.
  no_key,
};

/// The category of token_errc, named "token".
const std::error_category& token_category();

/// Makes token_errc a std::error_code.
std::error_code make_error_code(token_errc value);

/// What tokens are checked with.
struct token_keys {
  std::vector<token_algorithm> allowed;
  /// For HS256, as it is: no base64 is undone.
  std::string secret;
  /// For RS256 and ES256: PEM, any number of them, one after the other, so
  /// that keys can be exchanged while tokens of the old one are about.
  std::string public_keys;
};

/// Checks who signed a JSON Web Token (RFC 7519), and nothing else: neither
/// its times nor what it claims.
///
/// Which key checks a token follows from the algorithm that its header names,
/// and an algorithm has keys of its own kind only. So a public key never
/// serves as a secret, however the header lies (RFC 8725, section 3.1).
class token_verifier {
public:
  /// Octets of the longest token that is looked at.
  static constexpr size_t max_token = 8192;

  static result<token_verifier> make(const token_keys& keys);

  token_verifier(token_verifier&&) noexcept;

  token_verifier& operator=(token_verifier&&) noexcept;

  ~token_verifier();

  /// The claims of `token`: the text of a JSON object. May be called from any
  /// thread.
  result<std::string> verify(std::string_view token) const;

private:
  struct keyring;

  explicit token_verifier(std::unique_ptr<const keyring> keys);

  std::unique_ptr<const keyring> keys_;
};

} // namespace troupe::net

template <>
struct std::is_error_code_enum<troupe::net::token_errc> : std::true_type {};
