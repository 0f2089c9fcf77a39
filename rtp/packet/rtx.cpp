#include "rtp/packet/rtx.hpp"

#include <cstring>

namespace troupe::rtp {

std::optional<packet> unwrap_rtx(packet rtx, ssrc original_ssrc,
                                 payload_type original_payload_type) {
  auto header_size = rtx.header().size();
  auto payload_size = rtx.payload().size();
  if (payload_size <= rtx_overhead)
    return std::nullopt;
  auto arrival = rtx.arrival();
  auto marker = rtx.marker();
  auto data = std::move(rtx).take_buffer();
  auto p = data->bytes().data();
  auto payload = p + header_size;
  p[0] = static_cast<uint8_t>(p[0] & ~0x20); // the padding is gone
  p[1] =
      static_cast<uint8_t>((marker ? 0x80 : 0) | value(original_payload_type));
  std::memcpy(p + 2, payload, rtx_overhead);
  net::store_u32(p + 8, value(original_ssrc));
  std::memmove(payload, payload + rtx_overhead, payload_size - rtx_overhead);
  data->resize(header_size + payload_size - rtx_overhead);
  return packet::parse(std::move(data), arrival);
}

std::optional<size_t> write_rtx_payload(uint16_t original_sequence_number,
                                        net::byte_span payload,
                                        net::mutable_byte_span out) {
  if (out.size() < rtx_overhead + payload.size())
    return std::nullopt;
  net::store_u16(out.data(), original_sequence_number);
  if (!payload.empty())
    std::memmove(out.data() + rtx_overhead, payload.data(), payload.size());
  return rtx_overhead + payload.size();
}

} // namespace troupe::rtp
