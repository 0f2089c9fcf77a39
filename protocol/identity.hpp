#pragma once

#include "net/base/result.hpp"
#include "protocol/dialect.hpp"
#include "protocol/error.hpp"
#include "protocol/verbs.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace troupe::protocol {

/// A moment on the calendar, in which tokens say when they hold.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Who somebody is and what that one may do, as a token says it.
struct identity {
  peer_id user;
  /// The name to show; empty where the client may choose.
  std::string name;
  /// The rooms that may be joined; "*" alone means all.
  std::vector<room_id> rooms;
  participant_rights rights;
  /// From here on the token holds no longer, leeway included.
  std::optional<wall_time> expires;

  bool may_join(const room_id& room) const;
};

/// What a token's claims are held against.
struct claim_rules {
  /// Where set, `iss` must be this, and `aud` this or a list with it.
  std::string issuer;
  std::string audience;
  /// By how much clocks may differ.
  std::chrono::milliseconds leeway{0};
  /// Whether `exp` must be there.
  bool require_expiry = false;
};

/// Why claims were refused.
enum class claims_errc {
  /// A member that is missing or of the wrong type.
  malformed = 1,
  expired,
  not_yet_valid,
  wrong_issuer,
  wrong_audience,
  /// There is no `exp`, and there must be.
  no_expiry,
};

/// The category of claims_errc, named "claims".
const std::error_category& claims_category();

/// Makes claims_errc a std::error_code.
std::error_code make_error_code(claims_errc value);

/// Reads the claims of a token whose signature has been checked: `user` or
/// `sub`; `room`, a text or a list; optional `rights`, a list of "publish",
/// "subscribe" and "moderate" (the first two where it is absent), `name`,
/// `exp`, `nbf` (RFC 7519, section 4.1), and what `rules` want. Claims that
/// are not ours are passed over.
net::result<identity> read_claims(std::string_view json,
                                  const claim_rules& rules, wall_time now);

/// The token of a client's handshake: that of an `Authorization: Bearer`
/// header, else the query parameter `token`, else the one in which this
/// dialect's clients name themselves. Empty where there is none.
std::string find_token(const handshake& in, const handshake_names& names);

/// Writes into a handshake whom its token names, in place of the token where
/// that stood for the user, so that the dialect need not know of tokens.
/// Refused with 403 where it is for another user or room.
std::optional<handshake_refusal> apply_identity(handshake& in,
                                                const handshake_names& names,
                                                const identity& who);

/// Why a request is refused to `who`, or nothing; a join is given the name
/// and rights of the token. One who was verified to be a user cannot join as
/// another.
std::optional<error> authorize(request& what, const identity& who);

} // namespace troupe::protocol

template <>
struct std::is_error_code_enum<troupe::protocol::claims_errc> : std::true_type {
};
