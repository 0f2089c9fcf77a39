#include "rtp/rtcp/xr.hpp"

namespace troupe::rtp::rtcp {

std::optional<extended_report> extended_report::parse(const packet_view& x) {
  auto in = net::byte_reader{x.body};
  extended_report result;
  result.sender = rtp::ssrc{in.u32()};
  while (in.remaining() > 0 && !in.failed()) {
    auto type = in.u8();
    in.skip(1);
    auto block = in.bytes(4 * size_t{in.u16()});
    if (type == rrtr_block && block.size() == 8)
      result.reference_time = ntp_time{net::load_u64(block.data())};
    else if (type == dlrr_block)
      result.dlrr = record_view<dlrr_item>{block};
  }
  if (in.failed())
    return std::nullopt;
  return result;
}

} // namespace troupe::rtp::rtcp
