#pragma once

#include "rtp/base/clock.hpp"
#include "rtp/base/layers.hpp"
#include "rtp/packet/packet.hpp"

#include <string>

namespace troupe::rtp {

/// The fields of a payload's own header that must stay continuous for a
/// receiver, and their offsets. An offset of 0 means that the field is absent.
struct picture_numbers {
  /// VP8 and VP9: the picture id, of 7 or 15 bits. AV1: the frame number, of
  /// 16 bits, which is in the dependency descriptor.
  uint16_t picture_id = 0;
  uint8_t picture_id_bits = 0;
  uint8_t picture_id_offset = 0;
  uint8_t tl0picidx = 0;
  uint8_t tl0picidx_offset = 0;
  /// Pictures that are left out must leave no gap in the picture ids (VP8).
  bool consecutive = false;

  bool operator==(const picture_numbers&) const = default;
};

/// A packet as a producer gives it to its consumers. The producer finds out
/// once what all of them need to know.
struct media_packet {
  rtp::packet packet;
  /// Extended within its encoding; rises through restarts of the sender, too.
  int64_t sequence = 0;
  /// Extended within its encoding, in units of the media clock.
  int64_t timestamp = 0;
  /// The index of the producer's encoding.
  uint8_t encoding = 0;
  uint8_t spatial_id = 0;
  uint8_t temporal_id = 0;
  /// Begins a frame that decoding can start with; true of all audio.
  bool keyframe = false;
  bool start_of_frame = false;
  /// Has nothing to forward (padding, or a payload that its codec forbids):
  /// consumers only close the gap that it would leave.
  bool filler = false;
  bool end_of_frame = false;
  /// Arrived after later packets of its encoding.
  bool late = false;
  /// The last missing packet of its picture: all have arrived now.
  bool completes_picture = false;
  /// Refers to no earlier frame of its own temporal layer or a higher one: a
  /// receiver of all lower layers can add its layer from here on.
  bool temporal_sync = false;
  /// Later frames of higher temporal layers refer to none of their frames
  /// before this one: a receiver of this layer can add them from here on.
  bool temporal_up = false;
  /// There is a dependency descriptor, and `switches` and `references` are
  /// valid.
  bool has_dependencies = false;
  picture_numbers numbers = {};
  /// The layers that need this frame.
  layer_set needed_for = layer_set::all();
  /// The layers to which a receiver can switch here if all frames that this
  /// frame refers to were sent.
  layer_set switches = {};
  /// The frames that it refers to, by the difference of their frame numbers:
  /// bit 0 stands for the frame before it.
  uint64_t references = 0;
};

/// The packets of a producer from one burst, without duplicates, in order of
/// arrival (packets restored by RTX when they came). Shared by all its
/// consumers and never changed.
using media_batch = std::shared_ptr<const std::vector<media_packet>>;

/// Identifies one earlier packet of a producer.
struct packet_key {
  uint8_t encoding = 0;
  int64_t sequence = 0;

  bool operator==(const packet_key&) const = default;
};

/// A sender report of one encoding (RFC 3550, section 6.4.1): the instant of
/// the sender's wall clock that a media timestamp shows.
struct source_report {
  uint8_t encoding = 0;
  ntp_time ntp;
  /// Extended as media_packet::timestamp is.
  int64_t timestamp = 0;
  time_point arrival{};
};

/// The RTCP feedback that was negotiated for a media stream.
struct feedback_kinds {
  bool nack = false;
  bool pli = false;
  bool fir = false;
  bool transport_cc = false;
  bool remb = false;
};

} // namespace troupe::rtp
