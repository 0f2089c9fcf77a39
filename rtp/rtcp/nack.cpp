#include "rtp/rtcp/nack.hpp"

namespace troupe::rtp::rtcp {

std::optional<nack> nack::parse(const packet_view& x) {
  if (x.body.size() < 8 + nack_item::wire_size)
    return std::nullopt;
  return nack{rtp::ssrc{net::load_u32(x.body.data())},
              rtp::ssrc{net::load_u32(x.body.data() + 4)},
              record_view<nack_item>{x.body.subspan(8)}};
}

nack_item pack_nack_item(std::span<const uint16_t>& lost) {
  auto result = nack_item{lost.front(), 0};
  lost = lost.subspan(1);
  while (!lost.empty()) {
    auto bit = static_cast<uint16_t>(lost.front() - result.pid - 1);
    if (bit >= 16)
      break;
    result.blp = static_cast<uint16_t>(result.blp | (1U << bit));
    lost = lost.subspan(1);
  }
  return result;
}

} // namespace troupe::rtp::rtcp
