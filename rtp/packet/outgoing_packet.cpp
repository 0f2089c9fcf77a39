#include "rtp/packet/outgoing_packet.hpp"

namespace troupe::rtp {

void payload_patch::apply(net::mutable_byte_span payload) const {
  if (auto at = size_t{picture_id_offset}; at != 0) {
    if (picture_id_bits > 7 && at + 2 <= payload.size())
      net::store_u16(payload.data() + at, picture_id | 0x8000);
    else if (picture_id_bits <= 7 && at < payload.size())
      payload[at] = picture_id & 0x7F;
  }
  if (tl0picidx_offset != 0 && tl0picidx_offset < payload.size())
    payload[tl0picidx_offset] = tl0picidx;
}

} // namespace troupe::rtp
