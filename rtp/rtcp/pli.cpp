#include "rtp/rtcp/pli.hpp"

namespace troupe::rtp::rtcp {

std::optional<pli> pli::parse(const packet_view& x) {
  if (x.body.size() < 8)
    return std::nullopt;
  return pli{rtp::ssrc{net::load_u32(x.body.data())},
             rtp::ssrc{net::load_u32(x.body.data() + 4)}};
}

} // namespace troupe::rtp::rtcp
