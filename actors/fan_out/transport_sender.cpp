#include "actors/fan_out/transport_sender.hpp"

namespace troupe::actors {

rtp::numbers_used transport_sender::used_by(const rtp::forwarder& x) const {
  if (!srtp_)
    return {};
  auto last = [&](rtp::ssrc source) {
    return srtp_->last_sequence(rtp::value(source));
  };
  return {last(x.ssrc()), x.rtx_ssrc() ? last(*x.rtx_ssrc()) : std::nullopt};
}

void transport_sender::end(const rtp::forwarder& x) {
  egress_.drop(x.headers());
  end(x.ssrc());
  if (auto rtx = x.rtx_ssrc())
    end(*rtx);
}

void transport_sender::interrupt(const rtp::forwarder& x) {
  egress_.drop(x.headers());
}

void transport_sender::end(rtp::ssrc source) {
  std::erase_if(rtcp_, [&](const auto& compound) {
    return compound.size() >= 8
           && net::load_u32(&compound[4]) == rtp::value(source);
  });
  if (srtp_)
    srtp_->retire(rtp::value(source));
}

bool transport_sender::begin_flush(net::time_point now) {
  egress_.handle_timeout(now);
  if (writable())
    return true;
  rtcp_.clear();
  egress_.discard();
  return false;
}

void transport_sender::flush(datagram_batcher& out, net::time_point now,
                             bool coalesces) {
  if (!begin_flush(now))
    return;
  if (plain_) {
    flush_plain(now);
    return;
  }
  if (coalesces)
    egress_.put_audio_last();
  while (auto packet = egress_.poll_packet())
    protect(*packet, out);
  // RTCP comes last: it is short, and ends a run that RTP has begun.
  protect_rtcp(out);
}

void transport_sender::flush_urgent(datagram_batcher& out,
                                    net::time_point now) {
  if (!begin_flush(now))
    return;
  if (plain_) {
    flush_plain(now);
    return;
  }
  while (auto packet = egress_.poll_audio())
    protect(*packet, out);
  protect_rtcp(out);
}

size_t transport_sender::flush_slice(datagram_batcher& out, net::time_point now,
                                     size_t most) {
  if (!begin_flush(now))
    return 0;
  if (plain_) {
    flush_plain(now);
    return 0;
  }
  // All of it: egress must not order audio anew with a batch half sent.
  while (auto packet = egress_.poll_audio())
    protect(*packet, out);
  size_t count = 0;
  for (; count < most; ++count) {
    auto packet = egress_.poll_packet();
    if (!packet)
      break;
    protect(*packet, out);
  }
  return count;
}

void transport_sender::protect(const rtp::egress::wire_packet& x,
                               datagram_batcher& out) {
  out.add(*path_, [&](net::mutable_byte_span room) {
    auto size = srtp_->protect_rtp(x.header, x.payload, room);
    if (size)
      rtp_sent_.add(*size);
    return size;
  });
}

void transport_sender::protect_rtcp(datagram_batcher& out) {
  for (const auto& compound : rtcp_)
    out.add(*path_, [&](net::mutable_byte_span room) {
      auto size = srtp_->protect_rtcp(compound, room);
      if (size)
        rtcp_sent_.add(*size);
      return size;
    });
  rtcp_.clear();
}

void transport_sender::flush_plain(net::time_point now) {
  for (auto& compound : rtcp_)
    plain_->send_rtcp(compound, now);
  rtcp_.clear();
  while (auto packet = egress_.poll_packet())
    plain_->send_rtp(packet->header, packet->payload, now);
}

} // namespace troupe::actors
