#pragma once

#include "actors/config/config.hpp"
#include "net/auth/secret.hpp"
#include "protocol/verbs/ids.hpp"
#include "protocol/verbs/transport_parameters.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// The STUN and TURN servers that the operator names for clients, and what
/// makes credentials for them. Shared by all peers; thread-safe.
class ice_servers {
public:
  /// The credentials that each client gets alike.
  struct fixed_credentials {
    std::string username;
    net::secret credential;
  };

  /// Makes credentials for each client, which are valid for `lifetime`.
  struct shared_secret {
    net::secret secret;
    std::chrono::seconds lifetime;
  };

  /// Without credentials there must be no TURN servers.
  ice_servers(const std::vector<std::string>& urls,
              std::optional<fixed_credentials> fixed,
              std::optional<shared_secret> shared);

  /// Returns them as a client gets them: the STUN servers, and the TURN servers
  /// with fresh credentials. `client` becomes part of the user name.
  std::vector<protocol::ice_server>
  credentials_for(const protocol::peer_id& client,
                  std::chrono::system_clock::time_point now) const;

private:
  std::vector<std::string> stun_urls_;
  std::vector<std::string> turn_urls_;
  std::optional<fixed_credentials> fixed_;
  std::optional<shared_secret> shared_;
};

/// The result of the keys `rtc.ice-*`: the servers; null, if there are none; or
/// a failure in one line for the operator.
struct ice_servers_outcome {
  std::shared_ptr<const ice_servers> servers;
  std::optional<std::string> failure;
};

/// Reads the secret that `settings` name.
ice_servers_outcome make_ice_servers(const config::rtc_keys& settings);

} // namespace troupe::actors
