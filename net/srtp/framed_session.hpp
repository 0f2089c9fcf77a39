#pragma once

#include "net/srtp/packet_index.hpp"
#include "net/srtp/received_sources.hpp"
#include "net/srtp/replay_window.hpp"
#include "net/srtp/sent_sources.hpp"
#include "net/srtp/transforms.hpp"

#include <memory>

namespace troupe::net {

/// The sizes of the replay windows in packets; RTCP is sent seldom.
using srtp_window = replay_window<1024>;
using srtcp_window = replay_window<128>;

/// An srtp_sender on a transform: assigns indices and keeps them unique.
template <class Transform>
class framed_sender final : public srtp_sender {
public:
  framed_sender(srtp_profile profile, const srtp_session_keys& keys)
      : transform_(profile, keys, true) {}

  bool ready() const {
    return transform_.ready();
  }

  void prefetch_source(uint32_t ssrc) const override {
    sources_.prefetch(ssrc);
  }

  std::optional<size_t> protect_rtp(byte_span header, byte_span payload,
                                    mutable_byte_span out) override {
    auto length = header.size() + payload.size() + transform_.rtp_tag();
    if (rtp_header_length(header) != header.size() || out.size() < length)
      return std::nullopt;
    auto ssrc = load_u32(header.data() + 8);
    auto* source = find_or_add(ssrc);
    if (!source)
      return std::nullopt;
    auto& window = source->rtp;
    auto index =
        estimate_srtp_index(window.highest(), load_u16(header.data() + 2));
    if (index > max_srtp_index)
      return exhaust();
    if (!window.is_fresh(index))
      return std::nullopt;
    window.mark(index);
    if (!transform_.seal_rtp({ssrc, index}, header, payload, out.data()))
      return std::nullopt;
    return length;
  }

  std::optional<size_t> protect_rtcp(byte_span packet,
                                     mutable_byte_span out) override {
    auto length = packet.size() + Transform::rtcp_overhead;
    if (packet.size() < srtcp_clear_octets || out.size() < length)
      return std::nullopt;
    auto ssrc = load_u32(packet.data() + 4);
    auto* source = find_or_add(ssrc);
    if (!source)
      return std::nullopt;
    auto index = source->rtcp.next();
    if (!index)
      return exhaust();
    if (!transform_.seal_rtcp({ssrc, *index}, packet, out.data()))
      return std::nullopt;
    return length;
  }

  void retire(uint32_t ssrc) override {
    sources_.retire(ssrc);
  }

  std::optional<uint16_t> last_sequence(uint32_t ssrc) override {
    auto* source = sources_.find(ssrc);
    if (!source || source->rtp.next() == 0)
      return std::nullopt;
    return static_cast<uint16_t>(source->rtp.highest());
  }

private:
  struct source_state {
    srtp_window rtp;
    srtcp_index_counter rtcp{0};
  };

  source_state* find_or_add(uint32_t ssrc) {
    return sources_.find_or_add(ssrc, [this] { exhaust(); });
  }

  // The sources first: prefetch() covers them and the keys for RTP.
  sent_sources<source_state> sources_;
  Transform transform_;
};

/// An srtp_receiver on a transform: estimates indices and refuses replays.
template <class Transform>
class framed_receiver final : public srtp_receiver {
public:
  framed_receiver(srtp_profile profile, const srtp_session_keys& keys)
      : transform_(profile, keys, false) {}

  bool ready() const {
    return transform_.ready();
  }

  std::optional<size_t> unprotect_rtp(mutable_byte_span packet) override {
    auto header = rtp_header_length(packet);
    if (!header || packet.size() < *header + transform_.rtp_tag())
      return refuse(srtp_error::malformed);
    auto ssrc = load_u32(packet.data() + 8);
    auto* known = sources_.find(ssrc);
    auto oldest = known ? 0 : sources_.remains(ssrc).rtp;
    auto highest = known ? known->rtp.highest() : oldest - size_t{oldest > 0};
    auto index = estimate_srtp_index(highest, load_u16(packet.data() + 2));
    // Refuse a duplicate before it costs an AES pass.
    if (known ? !known->rtp.is_fresh(index) : index < oldest)
      return refuse(srtp_error::replayed);
    if (index > max_srtp_index || (!known && sources_.exhausted()))
      return refuse(srtp_error::exhausted);
    if (!transform_.open_rtp({ssrc, index}, *header, packet))
      return refuse(srtp_error::bad_tag);
    (known ? *known : sources_.add(ssrc, forget)).rtp.mark(index);
    return packet.size() - transform_.rtp_tag();
  }

  std::optional<size_t> unprotect_rtcp(mutable_byte_span packet) override {
    if (packet.size() < srtcp_clear_octets + Transform::rtcp_overhead)
      return refuse(srtp_error::malformed);
    auto trailer = Transform::rtcp_trailer(packet);
    if ((trailer & srtcp_encrypted_bit) == 0)
      return refuse(srtp_error::malformed);
    auto index = trailer & ~srtcp_encrypted_bit;
    auto ssrc = load_u32(packet.data() + 4);
    auto* known = sources_.find(ssrc);
    if (known ? !known->rtcp.is_fresh(index)
              : index < sources_.remains(ssrc).rtcp)
      return refuse(srtp_error::replayed);
    if (!known && sources_.exhausted())
      return refuse(srtp_error::exhausted);
    if (!transform_.open_rtcp({ssrc, index}, packet))
      return refuse(srtp_error::bad_tag);
    (known ? *known : sources_.add(ssrc, forget)).rtcp.mark(index);
    return packet.size() - Transform::rtcp_overhead;
  }

  srtp_error last_error() const override {
    return error_;
  }

  void keep(uint32_t ssrc) override {
    sources_.keep(ssrc, forget);
  }

  void retire(uint32_t ssrc) override {
    sources_.retire(ssrc);
  }

private:
  struct source_state {
    explicit source_state(source_remains x) : rtp(x.rtp), rtcp(x.rtcp) {}

    source_remains remains() const {
      return {rtp.next(), rtcp.next()};
    }

    srtp_window rtp;
    srtcp_window rtcp;
  };

  static void forget(uint32_t) {}

  std::nullopt_t refuse(srtp_error why) {
    error_ = why;
    return std::nullopt;
  }

  Transform transform_;
  received_sources<source_state> sources_;
  srtp_error error_ = srtp_error::malformed;
};

/// Makes a session; null if the backend failed to set up its keys.
template <class Session>
std::unique_ptr<Session> make_framed(srtp_profile profile,
                                     const srtp_session_keys& keys) {
  auto session = std::make_unique<Session>(profile, keys);
  return session->ready() ? std::move(session) : nullptr;
}

/// Makes a sender with the transform that the profile requires.
template <class CtrHmac, class Gcm>
std::unique_ptr<srtp_sender> make_framed_sender(srtp_profile profile,
                                                const srtp_session_keys& keys) {
  using ctr_sender = framed_sender<ctr_hmac_transform<CtrHmac>>;
  using gcm_sender = framed_sender<gcm_transform<Gcm>>;
  if (is_gcm(profile))
    return make_framed<gcm_sender>(profile, keys);
  return make_framed<ctr_sender>(profile, keys);
}

/// Makes a receiver with the transform that the profile requires.
template <class CtrHmac, class Gcm>
std::unique_ptr<srtp_receiver>
make_framed_receiver(srtp_profile profile, const srtp_session_keys& keys) {
  using ctr_receiver = framed_receiver<ctr_hmac_transform<CtrHmac>>;
  using gcm_receiver = framed_receiver<gcm_transform<Gcm>>;
  if (is_gcm(profile))
    return make_framed<gcm_receiver>(profile, keys);
  return make_framed<ctr_receiver>(profile, keys);
}

} // namespace troupe::net
