#include "rtp/packet/packet.hpp"

#include "rtp/packet/extension_walker.hpp"

namespace troupe::rtp {

std::optional<packet> packet::parse(net::buffer_ptr data, time_point arrival) {
  if (!data)
    return std::nullopt;
  auto result = packet{std::move(data), arrival};
  auto in = result.bytes();
  if (in.size() < fixed_header_size || in[0] >> 6 != 2)
    return std::nullopt;
  auto p = in.data();
  size_t offset = fixed_header_size + 4 * (size_t{p[0]} & 0x0F);
  if ((p[0] & 0x10) != 0) {
    if (in.size() < offset + 4)
      return std::nullopt;
    auto size = 4 * size_t{net::load_u16(p + offset + 2)};
    result.extension_profile_ = net::load_u16(p + offset);
    result.extension_offset_ = static_cast<uint16_t>(offset + 4);
    result.extension_size_ = static_cast<uint16_t>(size);
    offset += 4 + size;
  }
  if (in.size() < offset)
    return std::nullopt;
  if ((p[0] & 0x20) != 0) {
    auto padding = in.back();
    if (padding == 0 || padding > in.size() - offset)
      return std::nullopt;
    result.padding_ = padding;
  }
  result.payload_offset_ = static_cast<uint16_t>(offset);
  result.payload_size_ =
      static_cast<uint16_t>(in.size() - offset - result.padding_);
  result.marker_ = (p[1] & 0x80) != 0;
  result.payload_type_ = rtp::payload_type{static_cast<uint8_t>(p[1] & 0x7F)};
  result.sequence_number_ = net::load_u16(p + 2);
  result.timestamp_ = net::load_u32(p + 4);
  result.ssrc_ = rtp::ssrc{net::load_u32(p + 8)};
  return result;
}

net::byte_span packet::extension(uint8_t id) const {
  if (id == 0)
    return {};
  auto elements = extension_walker{extension_profile_, extension_block()};
  while (auto x = elements.next())
    if (x->id == id)
      return x->value;
  return {};
}

} // namespace troupe::rtp
