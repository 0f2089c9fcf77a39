#pragma once

#include "rtp/clock.hpp"
#include "rtp/layers.hpp"
#include "rtp/packet.hpp"

#include <string>

namespace troupe::rtp {

/// What of a payload's own header has to stay continuous for a receiver, and
/// where it is. An offset of 0 means that it is not there.
struct picture_numbers {
  /// VP8 and VP9: the picture id, of 7 or 15 bits. AV1: the frame number, of
  /// 16 bits, which is in the dependency descriptor.
  uint16_t picture_id = 0;
  uint8_t picture_id_bits = 0;
  uint8_t picture_id_offset = 0;
  uint8_t tl0picidx = 0;
  uint8_t tl0picidx_offset = 0;
  /// Pictures that are left out may leave no gap in the picture ids (VP8).
  bool consecutive = false;

  bool operator==(const picture_numbers&) const = default;
};

/// A packet as a producer hands it to its consumers: what all of them need to
/// know has been found out once.
struct media_packet {
  rtp::packet packet;
  /// Extended within its encoding; rises through restarts of the sender, too.
  int64_t sequence = 0;
  /// Extended within its encoding, in units of the media clock.
  int64_t timestamp = 0;
  /// Which of the producer's encodings.
  uint8_t encoding = 0;
  uint8_t spatial_id = 0;
  uint8_t temporal_id = 0;
  /// Begins a frame that decoding can start with; all audio is.
  bool keyframe = false;
  bool start_of_frame = false;
  /// Has nothing to forward (padding, or a payload that its codec does not
  /// allow): consumers only close the gap it would leave.
  bool filler = false;
  bool end_of_frame = false;
  /// Others of its encoding that follow it came before it.
  bool late = false;
  /// With it, all packets of its picture have come.
  bool completes_picture = false;
  /// Refers to nothing of its own temporal layer or a higher one that came
  /// before: who gets all layers below can get this one from here on.
  bool temporal_sync = false;
  /// What follows of higher temporal layers refers to none of those that came
  /// before: who gets this layer can get them from here on.
  bool temporal_up = false;
  /// There is a dependency descriptor: `switches` and `references` hold.
  bool has_dependencies = false;
  picture_numbers numbers = {};
  /// Who gets which layers needs this frame.
  layer_set needed_for = layer_set::all();
  /// To which layers one can switch here, if all that the frame refers to was
  /// sent.
  layer_set switches = {};
  /// The frames that it refers to, by the difference of their frame numbers:
  /// bit 0 stands for the one before.
  uint64_t references = 0;
};

/// What one burst brought for one producer, duplicates left out, in the order
/// of arrival (packets restored by RTX where they came). Shared by all its
/// consumers and never changed.
using media_batch = std::shared_ptr<const std::vector<media_packet>>;

/// One packet out of a producer's past.
struct packet_key {
  uint8_t encoding = 0;
  int64_t sequence = 0;

  bool operator==(const packet_key&) const = default;
};

/// A sender report of one encoding (RFC 3550, section 6.4.1): which instant of
/// the sender's wall clock its media timestamps show.
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
