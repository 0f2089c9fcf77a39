#pragma once

#include "net/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace troupe::net {

/// The algorithms that may sign a token (RFC 7518, section 3.1).
enum class token_algorithm : uint8_t { hs256, rs256, es256 };

/// The algorithm's name in a token's header, such as "HS256".
std::string_view to_string(token_algorithm x);

/// Why a token, or a set of verification keys, was refused.
enum class token_errc {
  /// Not three parts of base64url with a JSON object in the first two, or
  /// longer than `token_verifier::max_token`.
  malformed = 1,
  /// Signed with an algorithm that is not allowed; "none" never is.
  algorithm,
  /// The signature does not match any of our keys.
  signature,
  /// An HS256 secret must have at least 32 octets (RFC 7518, section 3.2).
  weak_secret,
  /// Not a PEM public key, or neither RSA of at least 2048 bits nor ECDSA on
  /// the curve P-256. A private key is refused too.
  bad_public_key,
  /// An allowed algorithm has no key.
  no_key,
  /// There is no token: the text is empty.
  missing,
};

/// The category of token_errc, named "token".
const std::error_category& token_category();

/// Makes token_errc a std::error_code.
std::error_code make_error_code(token_errc value);

/// The keys that verify tokens, and the algorithms that may be used.
struct token_keys {
  std::vector<token_algorithm> allowed;
  /// The HS256 key, used as it is: it is not base64-decoded.
  std::string secret;
  /// The RS256 and ES256 keys: any number of PEM blocks in a row, so that keys
  /// can be rotated while tokens of the old key are still in use.
  std::string public_keys;
};

/// Verifies the signature of a JSON Web Token (RFC 7519). It checks neither the
/// token's times nor its claims.
///
/// The algorithm in the token's header selects the keys to try, and an
/// algorithm has only keys of its own kind. So a public key never serves as an
/// HMAC secret, whatever the header claims (RFC 8725, section 3.1).
class token_verifier {
public:
  /// The length in octets of the longest token that is accepted.
  static constexpr size_t max_token = 8192;

  static result<token_verifier> make(const token_keys& keys);

  token_verifier(token_verifier&&) noexcept;

  token_verifier& operator=(token_verifier&&) noexcept;

  ~token_verifier();

  /// Returns the claims of `token` as the text of a JSON object. Thread-safe.
  result<std::string> verify(std::string_view token) const;

private:
  struct keyring;

  explicit token_verifier(std::unique_ptr<const keyring> keys);

  std::unique_ptr<const keyring> keys_;
};

} // namespace troupe::net

template <>
struct std::is_error_code_enum<troupe::net::token_errc> : std::true_type {};
