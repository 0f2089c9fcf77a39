#pragma once

#include "net/base/result.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "protocol/verbs/error.hpp"
#include "protocol/verbs/verbs.hpp"
#include "protocol/verbs/wall_time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace troupe::protocol {

/// A user and its rights, as read from a token.
struct identity {
  peer_id user;
  /// The display name; empty if the client may choose it.
  std::string name;
  /// The rooms that the user may join; "*" alone means all.
  std::vector<room_id> rooms;
  participant_rights rights;
  /// The end of the token's validity, leeway included.
  std::optional<wall_time> expires;

  bool may_join(const room_id& room) const;
};

/// The rules that a token's claims must satisfy.
struct claim_rules {
  /// If set, `iss` must equal this, and `aud` must equal it or contain it.
  std::string issuer;
  std::string audience;
  /// The tolerated difference between clocks.
  std::chrono::milliseconds leeway{0};
  /// Whether `exp` is required.
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
  /// `exp` is required and missing.
  no_expiry,
};

/// The category of claims_errc, named "claims".
const std::error_category& claims_category();

/// Makes claims_errc a std::error_code.
std::error_code make_error_code(claims_errc value);

/// Reads the claims of a token whose signature has been verified: `user` or
/// `sub`; `room`, a string or an array; optional `rights`, an array of
/// "publish", "subscribe" and "moderate" (the first two by default), `record`,
/// a boolean, `name`, `exp`, `nbf` (RFC 7519, section 4.1), and what `rules`
/// require. Unknown claims are ignored.
net::result<identity> read_claims(std::string_view json,
                                  const claim_rules& rules, wall_time now);

/// The token of a client's handshake: that of an `Authorization: Bearer`
/// header, else the query parameter `token`, else the dialect's own parameter
/// for it. Empty if there is none.
std::string find_token(const handshake& in, const handshake_names& names);

/// Writes the token's user into a handshake, replacing a token that was sent as
/// the user, so that the dialect need not know of tokens. Refuses with 403 if
/// the handshake names another user or room.
std::optional<handshake_refusal> apply_identity(handshake& in,
                                                const handshake_names& names,
                                                const identity& who);

/// Returns why a request is refused to `who`, or nothing; sets the name and
/// rights of a join from the token. A user with a token cannot join as another
/// user.
std::optional<error> authorize(request& what, const identity& who);

} // namespace troupe::protocol

template <>
struct std::is_error_code_enum<troupe::protocol::claims_errc> : std::true_type {
};
