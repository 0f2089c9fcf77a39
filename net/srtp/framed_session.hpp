#pragma once

#include "net/srtp/packet_index.hpp"
#include "net/srtp/replay_window.hpp"
#include "net/srtp/source_table.hpp"
#include "net/srtp/transforms.hpp"

#include <memory>

namespace troupe::net {

/// Indices a window reaches back; RTCP is sent seldom.
using srtp_window = replay_window<1024>;
using srtcp_window = replay_window<128>;

/// Sources that one session keeps state for. Only authentic packets add one
/// to a receiver; a sender's sources are our own.
inline constexpr size_t max_received_sources = 1024;
inline constexpr size_t max_sent_sources = 16384;

/// srtp_sender on a transform: chooses indices and keeps them unique.
template <class Transform>
class framed_sender final : public srtp_sender {
public:
  framed_sender(srtp_profile profile, const srtp_session_keys& keys)
      : transform_(profile, keys, true) {}

  bool ready() const {
    return transform_.ready();
  }

  std::optional<size_t> protect_rtp(byte_span header, byte_span payload,
                                    mutable_byte_span out) override {
    auto length = header.size() + payload.size() + transform_.rtp_tag();
    if (rtp_header_length(header) != header.size() || out.size() < length)
      return std::nullopt;
    auto ssrc = load_u32(header.data() + 8);
    auto window = rtp_.find(ssrc);
    if (!window) {
      if (rtp_.full())
        return std::nullopt;
      window = &rtp_.insert(ssrc);
    }
    auto index =
        estimate_srtp_index(window->highest(), load_u16(header.data() + 2));
    if (index > max_srtp_index || !window->is_fresh(index))
      return std::nullopt;
    window->mark(index);
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
    auto counter = rtcp_.find(ssrc);
    if (!counter) {
      if (rtcp_.full())
        return std::nullopt;
      counter = &rtcp_.insert(ssrc);
    }
    auto index = counter->next();
    if (!index || !transform_.seal_rtcp({ssrc, *index}, packet, out.data()))
      return std::nullopt;
    return length;
  }

private:
  Transform transform_;
  source_table<srtp_window> rtp_{max_sent_sources};
  source_table<srtcp_index_counter> rtcp_{max_sent_sources};
};

/// srtp_receiver on a transform: estimates indices, refuses replays.
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
    auto window = rtp_.find(ssrc);
    auto index = estimate_srtp_index(window ? window->highest() : 0,
                                     load_u16(packet.data() + 2));
    // A duplicate is refused before it costs an AES pass.
    if (window && !window->is_fresh(index))
      return refuse(srtp_error::replayed);
    if (index > max_srtp_index || (!window && rtp_.full()))
      return refuse(srtp_error::exhausted);
    if (!transform_.open_rtp({ssrc, index}, *header, packet))
      return refuse(srtp_error::bad_tag);
    (window ? *window : rtp_.insert(ssrc)).mark(index);
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
    auto window = rtcp_.find(ssrc);
    if (window && !window->is_fresh(index))
      return refuse(srtp_error::replayed);
    if (!window && rtcp_.full())
      return refuse(srtp_error::exhausted);
    if (!transform_.open_rtcp({ssrc, index}, packet))
      return refuse(srtp_error::bad_tag);
    (window ? *window : rtcp_.insert(ssrc)).mark(index);
    return packet.size() - Transform::rtcp_overhead;
  }

  srtp_error last_error() const override {
    return error_;
  }

private:
  std::nullopt_t refuse(srtp_error why) {
    error_ = why;
    return std::nullopt;
  }

  Transform transform_;
  source_table<srtp_window> rtp_{max_received_sources};
  source_table<srtcp_window> rtcp_{max_received_sources};
  srtp_error error_ = srtp_error::malformed;
};

/// Makes a session, or null where the backend failed to set up its keys.
template <class Session>
std::unique_ptr<Session> make_framed(srtp_profile profile,
                                     const srtp_session_keys& keys) {
  auto session = std::make_unique<Session>(profile, keys);
  return session->ready() ? std::move(session) : nullptr;
}

/// A sender on one of the two transforms, as the profile asks.
template <class CtrHmac, class Gcm>
std::unique_ptr<srtp_sender> make_framed_sender(srtp_profile profile,
                                                const srtp_session_keys& keys) {
  using ctr_sender = framed_sender<ctr_hmac_transform<CtrHmac>>;
  using gcm_sender = framed_sender<gcm_transform<Gcm>>;
  if (is_gcm(profile))
    return make_framed<gcm_sender>(profile, keys);
  return make_framed<ctr_sender>(profile, keys);
}

/// A receiver on one of the two transforms, as the profile asks.
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
