#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::net {

/// The base64 of `octets` (RFC 4648, section 4), padded.
std::string to_base64(std::string_view octets);

/// The base64url of `octets` (RFC 4648, section 5), not padded.
std::string to_base64url(std::string_view octets);

/// The octets of a padded base64 text without white space; nothing if it is
/// none.
std::optional<std::string> from_base64(std::string_view text);

} // namespace troupe::net
