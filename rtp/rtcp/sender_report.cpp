#include "rtp/rtcp/sender_report.hpp"

namespace troupe::rtp::rtcp {

sender_info sender_info::read(const uint8_t* p) {
  return {rtp::ssrc{net::load_u32(p)}, ntp_time{net::load_u64(p + 4)},
          net::load_u32(p + 12), net::load_u32(p + 16), net::load_u32(p + 20)};
}

void sender_info::write(uint8_t* p) const {
  net::store_u32(p, value(ssrc));
  net::store_u64(p + 4, ntp.value);
  net::store_u32(p + 12, rtp_timestamp);
  net::store_u32(p + 16, packet_count);
  net::store_u32(p + 20, octet_count);
}

std::optional<sender_report> sender_report::parse(const packet_view& x) {
  auto blocks_size = x.count * report_block::wire_size;
  if (x.body.size() < sender_info::wire_size + blocks_size)
    return std::nullopt;
  return sender_report{sender_info::read(x.body.data()),
                       record_view<report_block>{x.body.subspan(
                           sender_info::wire_size, blocks_size)}};
}

} // namespace troupe::rtp::rtcp
