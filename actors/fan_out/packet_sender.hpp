#pragma once

#include "net/base/bytes.hpp"
#include "net/base/time.hpp"

namespace troupe::actors {

/// Sends the packets of one transport in the clear, on a way of its own: what a
/// transport_sender sends through in place of SRTP and the shared port. It may
/// drop any packet. From one thread at a time.
class packet_sender {
public:
  virtual ~packet_sender() = default;

  /// Sends one RTP packet, at once. `header` is the whole RTP header with CSRCs
  /// and extensions.
  virtual void send_rtp(net::byte_span header, net::byte_span payload,
                        net::time_point now) = 0;

  /// Sends a compound RTCP packet, at once, and may change it before.
  virtual void send_rtcp(net::mutable_byte_span compound,
                         net::time_point now) = 0;
};

} // namespace troupe::actors
