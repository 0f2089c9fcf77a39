#include "rtp/rtcp/remb.hpp"

namespace troupe::rtp::rtcp {

std::optional<remb> remb::parse(const packet_view& x) {
  auto in = net::byte_reader{x.body};
  remb result;
  result.sender = rtp::ssrc{in.u32()};
  in.skip(4); // media source, always 0
  if (in.u32() != identifier)
    return std::nullopt;
  auto count = in.u8();
  auto rate = in.u24();
  auto exponent = rate >> 18;
  auto mantissa = uint64_t{rate & 0x3FFFF};
  result.bitrate_bps = mantissa << exponent; // the exponent has six bits
  if (result.bitrate_bps >> exponent != mantissa)
    result.bitrate_bps = UINT64_MAX;
  result.sources =
      record_view<ssrc_record>{in.bytes(count * ssrc_record::wire_size)};
  if (in.failed())
    return std::nullopt;
  return result;
}

bool remb::is_remb(const packet_view& x) {
  return x.body.size() >= 12 && net::load_u32(x.body.data() + 8) == identifier;
}

} // namespace troupe::rtp::rtcp
