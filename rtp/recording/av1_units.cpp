#include "rtp/codec/av1.hpp"
#include "rtp/recording/payload_units.hpp"

namespace troupe::rtp {

namespace {

/// OBU types (AV1 bitstream specification, section 6.2.2).
enum obu_type : uint8_t {
  obu_sequence_header = 1,
  obu_temporal_delimiter = 2,
  obu_frame_header = 3,
  obu_frame = 6,
  obu_tile_list = 8,
  obu_padding = 15,
};

/// Reads a LEB128 number of at most 32 bits (AV1 bitstream specification,
/// section 4.10.5).
std::optional<uint32_t> read_leb128(net::byte_reader& in) {
  uint64_t out = 0;
  for (int i = 0; i < 8; ++i) {
    auto octet = in.u8();
    if (in.failed())
      return std::nullopt;
    out |= uint64_t{octet & 0x7Fu} << (7 * i);
    if ((octet & 0x80) == 0)
      return out <= UINT32_MAX ? std::optional{static_cast<uint32_t>(out)}
                               : std::nullopt;
  }
  return std::nullopt;
}

void append_leb128(size_t x, std::vector<uint8_t>& out) {
  for (; x >= 0x80; x >>= 7)
    out.push_back(static_cast<uint8_t>(x | 0x80));
  out.push_back(static_cast<uint8_t>(x));
}

} // namespace

std::optional<joined_frame>
av1_joiner::join(std::span<const media_packet> packets,
                 std::vector<uint8_t>& out) {
  open_ = false;
  has_sequence_ = has_frame_ = first_is_key_ = false;
  for (const auto& x : packets)
    if (!take(x.packet.payload(), out))
      return std::nullopt;
  if (open_ || !has_frame_)
    return std::nullopt;
  joined_frame result;
  result.keyframe = has_sequence_ && first_is_key_;
  return result;
}

bool av1_joiner::take(net::byte_span payload, std::vector<uint8_t>& out) {
  auto header = parse_av1_aggregation_header(payload);
  if (!header || header->continues != open_)
    return false;
  auto in = net::byte_reader{payload.subspan(1)};
  if (in.remaining() == 0)
    return false;
  for (size_t i = 1; in.remaining() > 0; ++i) {
    auto size = in.remaining();
    if (header->element_count == 0 || i < header->element_count) {
      auto announced = read_leb128(in);
      if (!announced)
        return false;
      size = *announced;
    }
    auto element = in.bytes(size);
    if (in.failed())
      return false;
    auto last = in.remaining() == 0;
    if (last && header->element_count != 0 && i != header->element_count)
      return false;
    if (!take_element(element, last && header->continued, out))
      return false;
  }
  return true;
}

bool av1_joiner::take_element(net::byte_span x, bool continued,
                              std::vector<uint8_t>& out) {
  if (x.empty())
    return false;
  if (!open_ && !continued)
    return take_obu(x, out);
  if (!open_)
    partial_.clear();
  partial_.insert(partial_.end(), x.begin(), x.end());
  open_ = continued;
  return open_ || take_obu(partial_, out);
}

bool av1_joiner::take_obu(net::byte_span x, std::vector<uint8_t>& out) {
  auto in = net::byte_reader{x};
  auto header = in.u8();
  auto type = (header >> 3) & 0x0F;
  auto has_extension = (header & 0x04) != 0;
  auto extension = has_extension ? in.u8() : uint8_t{0};
  if (in.failed() || (header & 0x80) != 0)
    return false;
  if ((header & 0x02) != 0) {
    auto size = read_leb128(in);
    if (!size || *size != in.remaining())
      return false;
  }
  auto content = in.bytes(in.remaining());
  if (type == obu_temporal_delimiter || type == obu_tile_list
      || type == obu_padding)
    return true;
  if (type == obu_frame || type == obu_frame_header) {
    if (content.empty())
      return false;
    // show_existing_frame is 0, and frame_type is KEY_FRAME.
    if (!std::exchange(has_frame_, true))
      first_is_key_ = content[0] >> 5 == 0;
  }
  has_sequence_ |= type == obu_sequence_header;
  out.push_back(static_cast<uint8_t>(header | 0x02));
  if (has_extension)
    out.push_back(extension);
  append_leb128(content.size(), out);
  out.insert(out.end(), content.begin(), content.end());
  return true;
}

} // namespace troupe::rtp
