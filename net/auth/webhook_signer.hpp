#pragma once

#include "net/base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::net {

/// Signs webhooks in two ways at once, so that a receiver may verify either:
///
/// - `Authorization` is a JSON Web Token without "Bearer": HS256, with the
///   issuer (iss), an expiry (exp), and the base64 of the body's SHA-256
///   (sha256). LiveKit's receivers verify this.
/// - `webhook-id`, `webhook-timestamp` and `webhook-signature` are those of
///   Standard Webhooks: HMAC-SHA256 of "id.timestamp.body".
class webhook_signer {
public:
  /// How long a token is valid.
  static constexpr std::chrono::minutes token_lifetime{5};

  /// `key` is the tokens' issuer. `secret` is "whsec_" and the base64 of 24 to
  /// 64 octets, as Standard Webhooks demands: these octets sign the webhooks,
  /// and the secret as it is written signs the tokens.
  /// Errors: std::errc::invalid_argument.
  static result<webhook_signer> make(std::string key, std::string secret);

  /// The headers of a request, each as "name: value". An event keeps its `id`
  /// when it is sent again, while the times are those of each request.
  std::vector<std::string> sign(std::string_view id, std::string_view body,
                                std::chrono::sys_seconds now) const;

private:
  webhook_signer(std::string key, std::string secret, std::string octets)
      : key_(std::move(key))
      , secret_(std::move(secret))
      , octets_(std::move(octets)) {}

  std::string make_token(std::string_view body,
                         std::chrono::sys_seconds now) const;

  std::string key_;
  std::string secret_;
  std::string octets_; // of the secret
};

/// The first 16 hexadecimal digits of a text's SHA-256: a short name of it.
std::string short_digest(std::string_view text);

} // namespace troupe::net
