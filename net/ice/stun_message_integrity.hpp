#pragma once

#include "net/base/bytes.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::net {

/// The value of MESSAGE-INTEGRITY (RFC 8489, section 14.5).
using stun_integrity_tag = std::array<uint8_t, 20>;

/// A key for MESSAGE-INTEGRITY: the states of SHA-1 after the key's two pads
/// (RFC 2104, section 4), so that no message hashes the key again. It has 40
/// octets, which its destructor erases.
class stun_integrity_key {
public:
  /// Takes a short-term password or a long-term key (RFC 8489, section 9).
  explicit stun_integrity_key(std::string_view key);

  stun_integrity_key(const stun_integrity_key&) = default;
  stun_integrity_key& operator=(const stun_integrity_key&) = default;

  ~stun_integrity_key();

  /// Returns the HMAC-SHA1 (RFC 2104) of `data`.
  stun_integrity_tag sign(byte_span data) const;

private:
  using hash_state = std::array<uint32_t, 5>;

  hash_state inner_;
  hash_state outer_;
};

} // namespace troupe::net
