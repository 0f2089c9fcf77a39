#pragma once

#include "net/base/rng.hpp"
#include "net/srtp/srtp_session.hpp"

#include <string_view>
#include <vector>

/// Shared by the tests of SRTP.
namespace troupe::test {

inline constexpr net::srtp_profile all_profiles[] = {
    net::srtp_profile::aes128_cm_sha1_80,
    net::srtp_profile::aes128_cm_sha1_32,
    net::srtp_profile::aead_aes_128_gcm,
    net::srtp_profile::aead_aes_256_gcm,
};

/// The backends besides the reference that this build and machine support.
inline std::vector<net::srtp_backend> own_backends() {
  std::vector<net::srtp_backend> result{net::srtp_backend::openssl};
  if (net::srtp_backend_available(net::srtp_backend::ipsec_mb))
    result.push_back(net::srtp_backend::ipsec_mb);
  return result;
}

inline std::vector<uint8_t> from_hex(std::string_view text) {
  std::vector<uint8_t> result;
  int high = -1;
  for (auto c : text) {
    auto digit =
        std::string_view{"0123456789abcdef"}.find(static_cast<char>(c | 0x20));
    if (digit == std::string_view::npos)
      continue;
    if (high < 0) {
      high = static_cast<int>(digit);
    } else {
      result.push_back(
          static_cast<uint8_t>(high * 16 + static_cast<int>(digit)));
      high = -1;
    }
  }
  return result;
}

inline net::srtp_master_key random_key(net::srtp_profile profile,
                                       net::rng& random) {
  net::srtp_master_key key;
  key.key.resize(net::srtp_key_length(profile));
  key.salt.resize(net::srtp_salt_length(profile));
  random.fill(key.key);
  random.fill(key.salt);
  return key;
}

/// Makes an RTP header with `csrcs` CSRCs and, unless `extension_words` is
/// negative, an extension of that many words.
inline std::vector<uint8_t> make_rtp_header(uint32_t ssrc, uint16_t sequence,
                                            net::rng& random,
                                            unsigned csrcs = 0,
                                            int extension_words = -1) {
  std::vector<uint8_t> header(
      12 + 4 * csrcs
      + (extension_words < 0 ? 0u : 4 + 4 * unsigned(extension_words)));
  random.fill(header);
  header[0] =
      static_cast<uint8_t>(0x80 | csrcs | (extension_words < 0 ? 0 : 0x10));
  net::store_u16(&header[2], sequence);
  net::store_u32(&header[8], ssrc);
  if (extension_words >= 0)
    net::store_u16(&header[12 + 4 * csrcs + 2],
                   static_cast<uint16_t>(extension_words));
  return header;
}

inline std::vector<uint8_t> make_rtcp(uint32_t ssrc, size_t size,
                                      net::rng& random) {
  std::vector<uint8_t> packet(size);
  random.fill(packet);
  packet[0] = 0x80;
  packet[1] = 201;
  net::store_u32(&packet[4], ssrc);
  return packet;
}

/// Protects one packet; empty if the sender refuses.
inline std::vector<uint8_t> protect(net::srtp_sender& sender,
                                    const std::vector<uint8_t>& header,
                                    const std::vector<uint8_t>& payload) {
  std::vector<uint8_t> out(header.size() + payload.size()
                           + net::srtp_max_overhead);
  auto size = sender.protect_rtp(header, payload, out);
  out.resize(size.value_or(0));
  return out;
}

inline std::vector<uint8_t> protect_rtcp(net::srtp_sender& sender,
                                         const std::vector<uint8_t>& packet) {
  std::vector<uint8_t> out(packet.size() + net::srtcp_max_overhead);
  auto size = sender.protect_rtcp(packet, out);
  out.resize(size.value_or(0));
  return out;
}

} // namespace troupe::test
