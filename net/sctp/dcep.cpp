#include "net/sctp/dcep.hpp"

#include <algorithm>
#include <limits>

namespace troupe::net {

namespace {

constexpr uint8_t open_type = 0x03;

constexpr uint8_t unordered_bit = 0x80;
constexpr uint8_t type_mask = 0x7f;

enum channel_type : uint8_t { reliable = 0, rexmit = 1, timed = 2 };

// The wire format has 32 bits for a value that W3C's API limits to 16.
uint16_t clamp(uint32_t x) {
  constexpr uint32_t most = std::numeric_limits<uint16_t>::max();
  return static_cast<uint16_t>(std::min(x, most));
}

} // namespace

std::optional<dcep_open> parse_dcep_open(byte_span message) {
  byte_reader in{message};
  if (in.u8() != open_type)
    return std::nullopt;
  dcep_open out;
  const auto type = in.u8();
  out.priority = in.u16();
  const auto limit = in.u32();
  const auto label_size = in.u16();
  const auto protocol_size = in.u16();
  out.label = as_text(in.bytes(label_size));
  out.protocol = as_text(in.bytes(protocol_size));
  if (in.failed() || in.remaining() != 0)
    return std::nullopt;
  out.reliability.ordered = (type & unordered_bit) == 0;
  switch (type & type_mask) {
    case reliable:
      break;
    case rexmit:
      out.reliability.max_retransmits = clamp(limit);
      break;
    case timed:
      out.reliability.max_packet_lifetime_ms = clamp(limit);
      break;
    default:
      return std::nullopt;
  }
  return out;
}

std::vector<uint8_t> write_dcep_open(const dcep_open& x) {
  std::vector<uint8_t> out(12 + x.label.size() + x.protocol.size());
  const auto& how = x.reliability;
  const auto type = how.max_retransmits          ? rexmit
                    : how.max_packet_lifetime_ms ? timed
                                                 : reliable;
  out[0] = open_type;
  out[1] = static_cast<uint8_t>(type | (how.ordered ? 0 : unordered_bit));
  store_u16(&out[2], x.priority);
  store_u32(&out[4], how.max_retransmits.value_or(
                         how.max_packet_lifetime_ms.value_or(0)));
  store_u16(&out[8], static_cast<uint16_t>(x.label.size()));
  store_u16(&out[10], static_cast<uint16_t>(x.protocol.size()));
  auto end = std::copy(x.label.begin(), x.label.end(), out.begin() + 12);
  std::copy(x.protocol.begin(), x.protocol.end(), end);
  return out;
}

} // namespace troupe::net
