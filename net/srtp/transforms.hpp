#pragma once

#include "net/srtp/packet_index.hpp"
#include "net/srtp/session_keys.hpp"

#include <openssl/crypto.h>

#include <array>
#include <optional>

namespace troupe::net {

/// A packet's SSRC and index.
struct srtp_position {
  uint32_t ssrc;
  uint64_t index;
};

/// AES in counter mode with HMAC-SHA1 (RFC 3711): the layout of the encrypted
/// part, the tag and the index of a packet. `Primitive` provides the two
/// algorithms under one pair of keys:
///   bool crypt(const ctr_iv&, byte_span in, uint8_t* out);
///   bool mac(byte_span data, std::array<uint8_t, 20>& out);
template <class Primitive>
class ctr_hmac_transform {
public:
  static constexpr size_t rtcp_tag = 10;
  static constexpr size_t rtcp_overhead = srtcp_index_octets + rtcp_tag;

  ctr_hmac_transform(srtp_profile profile, const srtp_session_keys& keys, bool)
      : rtp_tag_(srtp_tag_length(profile))
      , rtp_(keys.rtp)
      , rtcp_(keys.rtcp) {}

  bool ready() const {
    return rtp_.primitive.ready() && rtcp_.primitive.ready();
  }

  size_t rtp_tag() const {
    return rtp_tag_;
  }

  bool seal_rtp(const srtp_position& at, byte_span header, byte_span payload,
                uint8_t* out) {
    auto length = header.size() + payload.size();
    std::memcpy(out, header.data(), header.size());
    digest tag;
    if (!rtp_.crypt(at, payload, out + header.size()))
      return false;
    // The rollover counter is authenticated but not sent: write it temporarily
    // to where the tag will be.
    store_u32(out + length, rollover(at));
    if (!rtp_.primitive.mac({out, length + 4}, tag))
      return false;
    std::memcpy(out + length, tag.data(), rtp_tag_);
    return true;
  }

  bool open_rtp(const srtp_position& at, size_t header, mutable_byte_span in) {
    auto length = in.size() - rtp_tag_;
    auto end = in.data() + length;
    digest received;
    digest tag;
    std::memcpy(received.data(), end, rtp_tag_);
    store_u32(end, rollover(at));
    auto good = rtp_.primitive.mac(in.first(length + 4), tag)
                && CRYPTO_memcmp(tag.data(), received.data(), rtp_tag_) == 0;
    std::memcpy(end, received.data(), rtp_tag_);
    return good
           && rtp_.crypt(at, in.subspan(header, length - header),
                         in.data() + header);
  }

  bool seal_rtcp(const srtp_position& at, byte_span packet, uint8_t* out) {
    std::memcpy(out, packet.data(), srtcp_clear_octets);
    if (!rtcp_.crypt(at, packet.subspan(srtcp_clear_octets),
                     out + srtcp_clear_octets))
      return false;
    auto length = packet.size() + srtcp_index_octets;
    store_u32(out + packet.size(),
              static_cast<uint32_t>(at.index) | srtcp_encrypted_bit);
    digest tag;
    if (!rtcp_.primitive.mac({out, length}, tag))
      return false;
    std::memcpy(out + length, tag.data(), rtcp_tag);
    return true;
  }

  static uint32_t rtcp_trailer(byte_span in) {
    return load_u32(in.data() + in.size() - rtcp_overhead);
  }

  bool open_rtcp(const srtp_position& at, mutable_byte_span in) {
    auto length = in.size() - rtcp_tag;
    digest tag;
    if (!rtcp_.primitive.mac(in.first(length), tag)
        || CRYPTO_memcmp(tag.data(), in.data() + length, rtcp_tag) != 0)
      return false;
    auto secret = in.subspan(srtcp_clear_octets,
                             length - srtcp_index_octets - srtcp_clear_octets);
    return rtcp_.crypt(at, secret, secret.data());
  }

private:
  using digest = std::array<uint8_t, 20>;

  struct half {
    explicit half(const srtp_packet_keys& keys)
        : primitive(keys.cipher_key(), keys.auth_key)
        , salt(keys.salt) {}

    bool crypt(const srtp_position& at, byte_span in, uint8_t* out) {
      return in.empty()
             || primitive.crypt(make_ctr_iv(salt, at.ssrc, at.index), in, out);
    }

    Primitive primitive;
    std::array<uint8_t, 14> salt;
  };

  static uint32_t rollover(const srtp_position& at) {
    return static_cast<uint32_t>(at.index >> 16);
  }

  size_t rtp_tag_;
  half rtp_;
  half rtcp_;
};

/// AES-GCM (RFC 7714): nonce, associated data and tag of a packet. `Primitive`
/// provides the algorithm for one key and direction:
///   bool seal(const gcm_iv&, byte_span aad, byte_span in, uint8_t* out,
///             uint8_t* tag);
///   bool open(const gcm_iv&, byte_span aad, mutable_byte_span data,
///             const uint8_t* tag);
template <class Primitive>
class gcm_transform {
public:
  static constexpr size_t tag = 16;
  static constexpr size_t rtcp_overhead = tag + srtcp_index_octets;

  gcm_transform(srtp_profile, const srtp_session_keys& keys, bool sends)
      : rtp_(keys.rtp, sends)
      , rtcp_(keys.rtcp, sends) {}

  bool ready() const {
    return rtp_.primitive.ready() && rtcp_.primitive.ready();
  }

  size_t rtp_tag() const {
    return tag;
  }

  bool seal_rtp(const srtp_position& at, byte_span header, byte_span payload,
                uint8_t* out) {
    std::memcpy(out, header.data(), header.size());
    auto secret = out + header.size();
    return rtp_.primitive.seal(make_gcm_iv(rtp_.salt, at.ssrc, at.index),
                               header, payload, secret,
                               secret + payload.size());
  }

  bool open_rtp(const srtp_position& at, size_t header, mutable_byte_span in) {
    auto length = in.size() - tag;
    return rtp_.primitive.open(
        make_gcm_iv(rtp_.salt, at.ssrc, at.index), in.first(header),
        in.subspan(header, length - header), in.data() + length);
  }

  bool seal_rtcp(const srtp_position& at, byte_span packet, uint8_t* out) {
    auto trailer = static_cast<uint32_t>(at.index) | srtcp_encrypted_bit;
    auto aad = rtcp_aad(packet, trailer);
    std::memcpy(out, packet.data(), srtcp_clear_octets);
    store_u32(out + packet.size() + tag, trailer);
    return rtcp_.primitive.seal(make_gcm_iv(rtcp_.salt, at.ssrc, at.index), aad,
                                packet.subspan(srtcp_clear_octets),
                                out + srtcp_clear_octets, out + packet.size());
  }

  static uint32_t rtcp_trailer(byte_span in) {
    return load_u32(in.data() + in.size() - srtcp_index_octets);
  }

  bool open_rtcp(const srtp_position& at, mutable_byte_span in) {
    auto aad = rtcp_aad(in, rtcp_trailer(in));
    auto length = in.size() - rtcp_overhead;
    return rtcp_.primitive.open(
        make_gcm_iv(rtcp_.salt, at.ssrc, at.index), aad,
        in.subspan(srtcp_clear_octets, length - srtcp_clear_octets),
        in.data() + length);
  }

private:
  // The salt first: srtp_sender::prefetch() covers the beginning.
  struct half {
    half(const srtp_packet_keys& keys, bool sends)
        : salt(keys.salt)
        , primitive(keys.cipher_key(), sends) {}

    std::array<uint8_t, 14> salt;
    Primitive primitive;
  };

  // The unencrypted octets and the trailer (RFC 7714, section 9.2).
  static std::array<uint8_t, 12> rtcp_aad(byte_span packet, uint32_t trailer) {
    std::array<uint8_t, 12> aad;
    std::memcpy(aad.data(), packet.data(), srtcp_clear_octets);
    store_u32(&aad[srtcp_clear_octets], trailer);
    return aad;
  }

  half rtp_;
  half rtcp_;
};

} // namespace troupe::net
