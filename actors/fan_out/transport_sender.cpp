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

void transport_sender::end(rtp::ssrc source) {
  std::erase_if(rtcp_, [&](const auto& compound) {
    return compound.size() >= 8
           && net::load_u32(&compound[4]) == rtp::value(source);
  });
  if (srtp_)
    srtp_->retire(rtp::value(source));
}

void transport_sender::flush(datagram_batcher& out, net::time_point now) {
  egress_.handle_timeout(now);
  if (!writable()) {
    rtcp_.clear();
    egress_.discard();
    return;
  }
  if (plain_)
    flush_plain(now);
  else
    flush_protected(out);
}

void transport_sender::flush_protected(datagram_batcher& out) {
  while (auto packet = egress_.poll_packet())
    out.add(*path_, [&](net::mutable_byte_span room) {
      auto size = srtp_->protect_rtp(packet->header, packet->payload, room);
      if (size)
        rtp_sent_.add(*size);
      return size;
    });
  // RTCP comes last: it is short, and ends a run that RTP has begun.
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
