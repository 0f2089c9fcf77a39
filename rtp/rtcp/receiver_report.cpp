#include "rtp/rtcp/receiver_report.hpp"

#include <algorithm>

namespace troupe::rtp::rtcp {

report_block report_block::read(const uint8_t* p) {
  report_block x;
  x.ssrc = rtp::ssrc{net::load_u32(p)};
  x.fraction_lost = p[4];
  x.cumulative_lost = static_cast<int32_t>(net::load_u24(p + 5) << 8) >> 8;
  x.extended_highest_sequence = net::load_u32(p + 8);
  x.jitter = net::load_u32(p + 12);
  x.last_sender_report = net::load_u32(p + 16);
  x.delay_since_last_sender_report = net::load_u32(p + 20);
  return x;
}

void report_block::write(uint8_t* p) const {
  auto lost = std::clamp(cumulative_lost, -0x800000, 0x7FFFFF);
  net::store_u32(p, value(ssrc));
  p[4] = fraction_lost;
  net::store_u24(p + 5, static_cast<uint32_t>(lost));
  net::store_u32(p + 8, extended_highest_sequence);
  net::store_u32(p + 12, jitter);
  net::store_u32(p + 16, last_sender_report);
  net::store_u32(p + 20, delay_since_last_sender_report);
}

std::optional<receiver_report> receiver_report::parse(const packet_view& x) {
  auto blocks_size = x.count * report_block::wire_size;
  if (x.body.size() < 4 + blocks_size)
    return std::nullopt;
  return receiver_report{
      rtp::ssrc{net::load_u32(x.body.data())},
      record_view<report_block>{x.body.subspan(4, blocks_size)}};
}

} // namespace troupe::rtp::rtcp
