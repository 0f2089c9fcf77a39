#pragma once

#include "rtp/header_writer.hpp"

#include <memory>
#include <vector>

namespace troupe::rtp {

/// What a receiver gets in place of a few octets of the shared payload, and of
/// its dependency descriptor. They are written into the copy that is sent;
/// most packets need none.
struct payload_patch {
  /// Replaces the picture id at this offset, with as many bits as it has
  /// there; 0 leaves it.
  uint8_t picture_id_offset = 0;
  uint8_t picture_id_bits = 0;
  uint16_t picture_id = 0;
  /// Added to the frame number of the dependency descriptor, if it has one.
  uint16_t frame_number_shift = 0;
  /// Replaces the octet at this offset; 0 leaves it.
  uint8_t tl0picidx_offset = 0;
  uint8_t tl0picidx = 0;
  /// Sends no payload at all, and no descriptor of it: a number that had been
  /// set aside for a packet which is not for this receiver, so that it does not
  /// wait for it.
  bool empty = false;

  bool operator==(const payload_patch&) const = default;

  /// Whether the shared payload can be sent as it is.
  bool none() const {
    return picture_id_offset == 0 && tl0picidx_offset == 0 && !empty;
  }

  /// Changes a copy of the payload, which must be that of the packet.
  void apply(net::mutable_byte_span payload) const;
};

/// One packet on its way to one receiver: shared octets, and what differs for
/// this receiver. Its header is written when it is sent.
struct outgoing_packet {
  rtp::packet packet;
  rewritten_fields fields;
  /// Set where the packet goes as RTX (RFC 4588): the number the receiver
  /// knows it by.
  std::optional<uint16_t> original_sequence_number;
  payload_patch patch = {};
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
  /// Holds a key frame with which the stream begins anew: its receiver can do
  /// without all that it lacks from before.
  bool begins_anew = false;
};

} // namespace troupe::rtp
