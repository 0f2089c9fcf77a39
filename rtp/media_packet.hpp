#pragma once

#include "rtp/clock.hpp"
#include "rtp/packet.hpp"

#include <string>

namespace troupe::rtp {

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
