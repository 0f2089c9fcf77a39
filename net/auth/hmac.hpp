#pragma once

#include <string>
#include <string_view>

namespace troupe::net {

/// The 32 octets of HMAC-SHA256 (RFC 2104, RFC 6234).
std::string hmac_sha256(std::string_view key, std::string_view text);

} // namespace troupe::net
