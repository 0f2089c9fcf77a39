#include "rtp/rtcp/fir.hpp"

namespace troupe::rtp::rtcp {

std::optional<fir> fir::parse(const packet_view& x) {
  // The media source field is unused (RFC 5104, section 4.3.1.2).
  if (x.body.size() < 8 + fir_item::wire_size)
    return std::nullopt;
  return fir{rtp::ssrc{net::load_u32(x.body.data())},
             record_view<fir_item>{x.body.subspan(8)}};
}

} // namespace troupe::rtp::rtcp
