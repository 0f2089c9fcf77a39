#pragma once

#include "net/base/bytes.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::net {

/// The value of MESSAGE-INTEGRITY (RFC 8489, section 14.5).
using stun_integrity_tag = std::array<uint8_t, 20>;

/// Returns the HMAC-SHA1 (RFC 2104) of `data`. Each thread remembers the state
/// of the latest key: a response follows its request with the same one.
stun_integrity_tag stun_integrity(std::string_view key, byte_span data);

} // namespace troupe::net
