#pragma once

#include "actors/config.hpp"
#include "net/auth/token_verifier.hpp"
#include "protocol/identity.hpp"

#include <memory>
#include <optional>
#include <string>

namespace troupe::actors {

/// The calendar's time, of which tokens speak.
protocol::wall_time wall_now();

/// Says whom a token names: who signed it, whether it holds, what it claims.
/// Shared by all connections; may be asked from any thread.
class doorkeeper {
public:
  doorkeeper(net::token_verifier verifier, protocol::claim_rules rules);

  /// Writes why a token was refused to the log, never the token. Errors:
  /// token_errc, claims_errc.
  net::result<protocol::identity> identify(std::string_view token,
                                           protocol::wall_time now) const;

private:
  net::token_verifier verifier_;
  protocol::claim_rules rules_;
};

/// What the keys `auth.*` came to: a doorkeeper; or none, where everybody may
/// come in; or one line for the operator.
struct doorkeeper_outcome {
  std::shared_ptr<const doorkeeper> door;
  std::optional<std::string> failure;
};

/// Reads the keys and secrets that `settings` name.
doorkeeper_outcome make_doorkeeper(const config::auth_keys& settings);

/// Whether others than this host can reach the server, and all may join.
bool open_to_strangers(const config& settings);

} // namespace troupe::actors
