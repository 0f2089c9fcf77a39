#pragma once

#include "rtp/packet/header_writer.hpp"

#include <memory>
#include <vector>

namespace troupe::rtp {

/// Replaces a few octets of the shared payload, and of its dependency
/// descriptor, for one receiver. They are written into the copy that is sent;
/// most packets need no patch.
struct payload_patch {
  /// Replaces the picture id at this offset and keeps its width; 0 leaves it.
  uint8_t picture_id_offset = 0;
  uint8_t picture_id_bits = 0;
  uint16_t picture_id = 0;
  /// Added to the frame number of the dependency descriptor, if it has one.
  uint16_t frame_number_shift = 0;
  /// Replaces the octet at this offset; 0 leaves it.
  uint8_t tl0picidx_offset = 0;
  uint8_t tl0picidx = 0;
  /// Sends no payload and no descriptor of it: the number was reserved for a
  /// packet that is not for this receiver. The empty packet saves it from
  /// waiting.
  bool empty = false;

  bool operator==(const payload_patch&) const = default;

  /// Whether the shared payload can be sent as it is.
  bool none() const {
    return picture_id_offset == 0 && tl0picidx_offset == 0 && !empty;
  }

  /// Patches a copy of the payload, which must be that of the packet.
  void apply(net::mutable_byte_span payload) const;
};

/// One packet to one receiver: shared octets, and what differs for this
/// receiver. Its header is written when it is sent.
struct outgoing_packet {
  rtp::packet packet;
  rewritten_fields fields;
  /// Set if the packet is sent as RTX (RFC 4588): the sequence number that the
  /// receiver knows it by.
  std::optional<uint16_t> original_sequence_number;
  payload_patch patch = {};
};

/// The packets that one consumer sends at a time, and the writer of their
/// headers. Moved from the consumer to the transport of its receiver. Either
/// all of it is media or all of it is RTX.
struct outgoing_batch {
  /// May have no share in it: the consumer's queued packets are dropped before
  /// it ends (see egress::drop()).
  std::shared_ptr<const header_writer> headers;
  std::vector<outgoing_packet> packets;
  /// Audio is never paced.
  media_kind kind = media_kind::video;
  /// When egress took it.
  time_point queued{};
  /// Contains a key frame with which the stream begins again: its receiver does
  /// not need the missing packets from before.
  bool begins_anew = false;
};

} // namespace troupe::rtp
