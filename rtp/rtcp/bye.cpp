#include "rtp/rtcp/bye.hpp"

namespace troupe::rtp::rtcp {

std::optional<bye> bye::parse(const packet_view& x) {
  auto in = net::byte_reader{x.body};
  bye result;
  result.sources =
      record_view<ssrc_record>{in.bytes(x.count * ssrc_record::wire_size)};
  if (in.remaining() > 0)
    result.reason = net::as_text(in.bytes(in.u8()));
  if (in.failed())
    return std::nullopt;
  return result;
}

} // namespace troupe::rtp::rtcp
