#pragma once

#include "actors/session/authenticator.hpp"
#include "net/base/time.hpp"
#include "protocol/dialects/common/identity.hpp"

#include <memory>
#include <optional>

namespace troupe::actors {

/// The identity of a session's client, and what it may request.
class session_identity {
public:
  /// Without `auth` all clients may do everything, and `who` only gives a name.
  session_identity(std::shared_ptr<const authenticator> auth,
                   std::optional<protocol::identity> who, net::time_point now);

  /// From now on the client is the user of this token, until it expires.
  /// Returns why the token is refused, or nothing.
  std::optional<protocol::error> authenticate(const std::string& token,
                                              net::time_point now);

  /// Why this client's request is refused, or nothing. A join is given the name
  /// and rights of the token.
  std::optional<protocol::error> refusal_of(protocol::request& what) const;

  /// When its token expires; nothing if it never does.
  std::optional<net::time_point> expires() const {
    return expires_;
  }

private:
  void identify(protocol::identity who, net::time_point now);

  std::shared_ptr<const authenticator> auth_;
  std::optional<protocol::identity> who_;
  std::optional<net::time_point> expires_;
};

} // namespace troupe::actors
