#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace troupe::net {

/// What a client shows to a TURN server: user name and password of the
/// long-term credential mechanism (RFC 8489, section 9.2).
struct turn_credentials {
  std::string username;
  std::string credential;

  bool operator==(const turn_credentials&) const = default;
};

/// Makes credentials that a TURN server accepts until `expiry`, if it knows the
/// same secret (draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`).
/// The user name is the expiry in seconds since 1970, a colon and `user`, of
/// which at most 128 octets are kept; characters other than printable ASCII
/// become '_'. The credential is the base64 of the user name's HMAC-SHA1.
turn_credentials make_turn_credentials(std::string_view secret,
                                       std::string_view user,
                                       std::chrono::sys_seconds expiry);

} // namespace troupe::net
