#pragma once

#include "rtp/header_writer.hpp"

#include <memory>
#include <vector>

namespace troupe::rtp {

/// One packet on its way to one receiver: shared octets, and what differs for
/// this receiver. Its header is written when it is sent.
struct outgoing_packet {
  rtp::packet packet;
  rewritten_fields fields;
  /// Set where the packet goes as RTX (RFC 4588): the number the receiver
  /// knows it by.
  std::optional<uint16_t> original_sequence_number;
};

/// What one consumer sends at a time, and how its headers are written. Moved
/// from the consumer to the transport of its receiver. All of it is media, or
/// all of it RTX.
struct outgoing_batch {
  std::shared_ptr<const header_writer> headers;
  std::vector<outgoing_packet> packets;
  /// Audio never waits for anything.
  media_kind kind = media_kind::video;
  /// When egress took it.
  time_point queued{};
};

} // namespace troupe::rtp
