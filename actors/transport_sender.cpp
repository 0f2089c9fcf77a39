#include "actors/transport_sender.hpp"

namespace troupe::actors {

void transport_sender::flush(packet_sender& out, net::time_point now) {
  egress_.handle_timeout(now);
  if (!writable()) {
    rtcp_.clear();
    egress_.discard();
    return;
  }
  for (const auto& compound : rtcp_)
    out.add(*path_, [&](net::mutable_byte_span room) {
      auto size = srtp_->protect_rtcp(compound, room);
      if (size)
        sent_.add(*size);
      return size;
    });
  rtcp_.clear();
  while (auto packet = egress_.poll_packet())
    out.add(*path_, [&](net::mutable_byte_span room) {
      auto size = srtp_->protect_rtp(packet->header, packet->payload, room);
      if (size) {
        sent_.add(*size);
        rtp_sent_.add(*size);
      }
      return size;
    });
}

} // namespace troupe::actors
