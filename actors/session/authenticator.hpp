#pragma once

#include "actors/config/config.hpp"
#include "net/auth/token_verifier.hpp"
#include "protocol/dialects/common/identity.hpp"

#include <memory>
#include <optional>
#include <string>

namespace troupe::actors {

/// The wall-clock time, to which tokens refer.
protocol::wall_time wall_now();

/// What a client is told about a token that authenticator::identify() refused.
/// Everything that someone without our keys could cause is `token_invalid`.
protocol::error_reason to_reason(const std::error_code& why);

/// Identifies the user of a token: verifies its signature and its claims.
/// Shared by all connections; thread-safe.
class authenticator {
public:
  authenticator(net::token_verifier verifier, protocol::claim_rules rules);

  /// Logs why a token was refused, but never the token itself. Errors:
  /// token_errc, claims_errc.
  net::result<protocol::identity> identify(std::string_view token,
                                           protocol::wall_time now) const;

private:
  net::token_verifier verifier_;
  protocol::claim_rules rules_;
};

/// The result of the keys `auth.*`: an authenticator; none, if all clients may
/// join; or a failure in one line for the operator.
struct authenticator_outcome {
  std::shared_ptr<const authenticator> auth;
  std::optional<std::string> failure;
};

/// Reads the keys and secrets that `settings` name.
authenticator_outcome make_authenticator(const config::auth_keys& settings);

/// Whether clients on other hosts may join without a token.
bool open_to_strangers(const config& settings);

} // namespace troupe::actors
