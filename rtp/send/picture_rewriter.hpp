#pragma once

#include "rtp/packet/media_packet.hpp"
#include "rtp/packet/outgoing_packet.hpp"

#include <optional>

namespace troupe::rtp {

/// Keeps picture ids, TL0PICIDX and frame numbers continuous for a receiver
/// when encodings alternate and, in VP8, when pictures are left out. It adds
/// the same offsets to the numbers of a run of packets. sequence_rewriter
/// remembers them with each packet, so that a late or repeated packet gets the
/// numbers of its picture (see tag and patch_of).
///
/// VP9's and AV1's numbers keep the gaps of pictures that are left out, since
/// their references count by them (RFC 9628, section 4.2; dependency
/// descriptor).
class picture_rewriter {
public:
  /// The offsets added to the numbers, modulo their width.
  struct offsets {
    uint16_t picture_id = 0;
    uint8_t tl0picidx = 0;

    bool operator==(const offsets&) const = default;
  };

  /// An encoding or a new start begins with this packet: it gets the numbers
  /// after the last ones sent.
  void begin(const media_packet& first);

  /// Notes that a packet with these numbers, newer than all before, is sent.
  void note_sent(const picture_numbers& x) {
    if (x.picture_id_bits == 0)
      return;
    last_picture_id_ =
        static_cast<uint16_t>(x.picture_id + offsets_.picture_id);
    last_tl0picidx_ = static_cast<uint8_t>(x.tl0picidx + offsets_.tl0picidx);
    started_ = true;
  }

  /// Notes that the packet, which is newer than all before, is not sent.
  /// Missing packets before it may yet be, with numbers that no other packet
  /// may have.
  void note_passed(const media_packet& x) {
    if (x.numbers.picture_id_bits != 0 && !x.numbers.consecutive)
      last_picture_id_ =
          static_cast<uint16_t>(x.numbers.picture_id + offsets_.picture_id);
  }

  /// Notes that the picture of the packet, which is newer than all before, is
  /// left out.
  void note_left_out(const media_packet& x);

  offsets current() const {
    return offsets_;
  }

  /// The changes to a packet's payload and dependency descriptor. The active
  /// decode targets are not changed, even if fewer are sent: they announce what
  /// is available, and a receiver decodes what arrives of it.
  static payload_patch patch_of(const picture_numbers& x, offsets by);

private:
  offsets offsets_;
  bool started_ = false;
  uint16_t last_picture_id_ = 0;
  uint8_t last_tl0picidx_ = 0;
  std::optional<int64_t> left_out_; // the timestamp of the last such picture
};

} // namespace troupe::rtp
