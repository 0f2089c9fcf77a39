#pragma once

#include "net/base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe::net {

/// The unencrypted octets at the start of an RTCP packet: the first header and
/// the sender's SSRC.
inline constexpr size_t srtcp_clear_octets = 8;

/// The octets of the E bit and index after an SRTCP packet.
inline constexpr size_t srtcp_index_octets = 4;

/// The E bit, which marks an SRTCP packet as encrypted.
inline constexpr uint32_t srtcp_encrypted_bit = uint32_t{1} << 31;

/// The length of the RTP header of `packet`, including CSRCs and extension (RFC
/// 3550, section 5.1). Nullopt if it exceeds the packet.
inline std::optional<size_t> rtp_header_length(byte_span packet) {
  if (packet.size() < 12)
    return std::nullopt;
  auto length = 12 + size_t{4} * (packet[0] & 0x0f);
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < length + 4)
      return std::nullopt;
    length += 4 + size_t{4} * load_u16(packet.data() + length + 2);
  }
  if (packet.size() < length)
    return std::nullopt;
  return length;
}

using ctr_iv = std::array<uint8_t, 16>;
using gcm_iv = std::array<uint8_t, 12>;

/// The counter block of AES-CM (RFC 3711, section 4.1.1): salt, SSRC and
/// packet index folded into 112 bits, then a 16-bit block counter.
inline ctr_iv make_ctr_iv(const std::array<uint8_t, 14>& salt, uint32_t ssrc,
                          uint64_t index) {
  ctr_iv iv{};
  std::memcpy(iv.data(), salt.data(), salt.size());
  store_u32(&iv[4], load_u32(&iv[4]) ^ ssrc);
  store_u64(&iv[8], load_u64(&iv[8]) ^ (index << 16));
  return iv;
}

/// The nonce of AES-GCM: 16 zero bits, SSRC, 48-bit index, xored with the salt
/// (RFC 7714, section 8.1). With a 31-bit SRTCP index it is the nonce of
/// section 9.1 as well.
inline gcm_iv make_gcm_iv(const std::array<uint8_t, 14>& salt, uint32_t ssrc,
                          uint64_t index) {
  gcm_iv iv{};
  store_u32(&iv[2], ssrc);
  store_u16(&iv[6], static_cast<uint16_t>(index >> 32));
  store_u32(&iv[8], static_cast<uint32_t>(index));
  for (size_t i = 0; i < iv.size(); ++i)
    iv[i] ^= salt[i];
  return iv;
}

} // namespace troupe::net
