#pragma once

#include "net/srtp/packet_layout.hpp"
#include "net/srtp/srtp_session.hpp"

#include <array>
#include <memory>
#include <optional>

namespace troupe::net {

/// The keys that protect packets of one kind (RTP or RTCP). Wiped on
/// destruction.
struct srtp_packet_keys {
  srtp_packet_keys() = default;
  srtp_packet_keys(const srtp_packet_keys&) = default;
  srtp_packet_keys& operator=(const srtp_packet_keys&) = default;
  ~srtp_packet_keys();

  size_t key_length = 0; // 16 or 32
  std::array<uint8_t, 32> key{};
  std::array<uint8_t, 20> auth_key{}; // not used by GCM
  std::array<uint8_t, 14> salt{};     // GCM uses the first 12

  byte_span cipher_key() const {
    return {key.data(), key_length};
  }
};

/// The keys derived from a master key.
struct srtp_session_keys {
  srtp_packet_keys rtp;
  srtp_packet_keys rtcp;
};

/// Fills `out` with AES-CTR keystream: the only primitive of the derivation.
using keystream_function = bool (*)(byte_span key, const ctr_iv& iv,
                                    mutable_byte_span out);

/// Derives the session keys with the labels 0 to 5 and a derivation rate of 0
/// (RFC 3711, section 4.3; for GCM's shorter salt RFC 7714, section 11).
/// Nullopt if the master key has a wrong length.
std::optional<srtp_session_keys>
derive_srtp_session_keys(srtp_profile profile, const srtp_master_key& master,
                         keystream_function keystream);

bool is_gcm(srtp_profile profile);

/// The octets of the tag after an RTP packet.
size_t srtp_tag_length(srtp_profile profile);

/// Make sessions of one backend from session keys; null if the backend is not
/// available. libsrtp2 is missing here: it derives the keys itself.
std::unique_ptr<srtp_sender> make_openssl_sender(srtp_profile profile,
                                                 const srtp_session_keys& keys);
std::unique_ptr<srtp_receiver>
make_openssl_receiver(srtp_profile profile, const srtp_session_keys& keys);
bool openssl_keystream(byte_span key, const ctr_iv& iv, mutable_byte_span out);

bool ipsec_mb_available();
std::unique_ptr<srtp_sender>
make_ipsec_mb_sender(srtp_profile profile, const srtp_session_keys& keys);
std::unique_ptr<srtp_receiver>
make_ipsec_mb_receiver(srtp_profile profile, const srtp_session_keys& keys);
bool ipsec_mb_keystream(byte_span key, const ctr_iv& iv, mutable_byte_span out);

std::unique_ptr<srtp_sender> make_libsrtp2_sender(srtp_profile profile,
                                                  const srtp_master_key& key);
std::unique_ptr<srtp_receiver>
make_libsrtp2_receiver(srtp_profile profile, const srtp_master_key& key);

} // namespace troupe::net
