#pragma once

#include "protocol/dialects/common/http_call.hpp"
#include "protocol/verbs/error.hpp"
#include "protocol/verbs/transport_parameters.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What the answers to the requests of WHIP (RFC 9725) and WHEP have in common.
namespace troupe::protocol::whip {

/// The content type of offers and answers, and of what follows them.
inline constexpr std::string_view sdp_type = "application/sdp";
inline constexpr std::string_view fragment_type =
    "application/trickle-ice-sdpfrag";

/// Whether that is the media type of a Content-Type, whatever its case and
/// parameters.
bool has_type(std::string_view content_type, std::string_view wanted);

/// The HTTP status of a refusal: what cannot be negotiated is 422, a session
/// whose member has left is not found, and a viewer without publisher has come
/// too early (409).
unsigned status_of(error_code code);

/// A refusal as problem details (RFC 9457): {title, status, detail, code,
/// reason?}. A 401 says that it wants a bearer token (RFC 6750, section 3), a
/// 409, 429 or 503 when to try again.
http_answer problem(unsigned status, const error& why);

/// Adds a `Link` for each STUN and TURN server (RFC 9725, section 4.6).
void add_links(const std::vector<ice_server>& servers, http_header_list& to);

/// The path of a session's URL: percent-encoded, absolute, without query.
/// `endpoint` is "whip" or "whep".
std::string session_path(std::string_view endpoint, std::string_view room,
                         std::string_view peer, std::string_view secret);

/// Whether an `If-Match` has that strong entity tag, or is "*" (RFC 9110,
/// section 13.1.1).
bool matches(std::string_view if_match, std::string_view tag);

} // namespace troupe::protocol::whip
