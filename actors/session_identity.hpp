#pragma once

#include "actors/doorkeeper.hpp"
#include "net/base/time.hpp"
#include "protocol/identity.hpp"

#include <memory>
#include <optional>

namespace troupe::actors {

/// Who the client of a session is, and what it may ask for.
class session_identity {
public:
  /// Without a door everybody may do everything, and `who` only gives a name.
  session_identity(std::shared_ptr<const doorkeeper> door,
                   std::optional<protocol::identity> who, net::time_point now);

  /// From now on the client is whom that token names, until it expires. False
  /// where the door does not know the token.
  bool authenticate(const std::string& token, net::time_point now);

  /// Why nothing is done for this client, or not this. A join is given the name
  /// and rights of the token.
  std::optional<protocol::error> refusal_of(protocol::request& what) const;

  /// When its token expires; nothing where that is never.
  std::optional<net::time_point> expires() const {
    return expires_;
  }

private:
  void identify(protocol::identity who, net::time_point now);

  std::shared_ptr<const doorkeeper> door_;
  std::optional<protocol::identity> who_;
  std::optional<net::time_point> expires_;
};

} // namespace troupe::actors
