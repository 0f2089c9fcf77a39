#include "rtp/send/picture_rewriter.hpp"

namespace troupe::rtp {

void picture_rewriter::begin(const media_packet& first) {
  left_out_.reset();
  if (!started_)
    return;
  offsets_.picture_id =
      static_cast<uint16_t>(last_picture_id_ + 1 - first.numbers.picture_id);
  offsets_.tl0picidx =
      static_cast<uint8_t>(last_tl0picidx_ + 1 - first.numbers.tl0picidx);
}

void picture_rewriter::note_left_out(const media_packet& x) {
  if (!x.numbers.consecutive || left_out_ == x.timestamp)
    return;
  left_out_ = x.timestamp;
  --offsets_.picture_id;
}

payload_patch picture_rewriter::patch_of(const picture_numbers& x, offsets by) {
  payload_patch out;
  if (x.picture_id_offset == 0) {
    out.frame_number_shift = by.picture_id;
  } else if (by.picture_id != 0) {
    out.picture_id_offset = x.picture_id_offset;
    out.picture_id_bits = x.picture_id_bits;
    out.picture_id = static_cast<uint16_t>(x.picture_id + by.picture_id);
  }
  if (by.tl0picidx != 0 && x.tl0picidx_offset != 0) {
    out.tl0picidx_offset = x.tl0picidx_offset;
    out.tl0picidx = static_cast<uint8_t>(x.tl0picidx + by.tl0picidx);
  }
  return out;
}

} // namespace troupe::rtp
