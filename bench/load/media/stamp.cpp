#include "bench/load/media/stamp.hpp"

#include "rtp/codec/vp8.hpp"

#include <algorithm>
#include <limits>

namespace troupe::load {

namespace {

// Octets of the VP8 frame header: the frame tag, and for key frames the start
// code and dimensions (RFC 6386, section 9.1).
constexpr size_t frame_header = 3;
constexpr size_t keyframe_header = 10;

// Nanoseconds in 32 bits.
uint32_t to_u32(net::duration x) {
  auto ns = std::chrono::nanoseconds{x}.count();
  return static_cast<uint32_t>(
      std::clamp<int64_t>(ns, 0, std::numeric_limits<uint32_t>::max()));
}

std::optional<stamp> read_at(net::byte_span payload, size_t offset) {
  if (payload.size() < offset + stamp::size)
    return std::nullopt;
  return stamp::read(payload.subspan(offset));
}

} // namespace

void stamp::write(uint8_t* p) const {
  net::store_u32(p, magic);
  net::store_u32(p + 4, source);
  net::store_u32(p + 8, counter);
  auto ns = std::chrono::nanoseconds{sent.time_since_epoch()}.count();
  net::store_u64(p + 12, static_cast<uint64_t>(ns));
  net::store_u32(p + 20, to_u32(late));
  net::store_u16(p + 24, frame_packets);
  p[26] = keyframe ? 1 : 0;
}

std::optional<stamp> stamp::read(net::byte_span x) {
  if (x.size() < size || net::load_u32(x.data()) != magic)
    return std::nullopt;
  auto ns = static_cast<int64_t>(net::load_u64(x.data() + 12));
  return stamp{net::load_u32(x.data() + 4),
               net::load_u32(x.data() + 8),
               net::time_point{std::chrono::nanoseconds{ns}},
               std::chrono::nanoseconds{net::load_u32(x.data() + 20)},
               net::load_u16(x.data() + 24),
               x[26] != 0};
}

payload_facts read_opus(net::byte_span payload) {
  return {read_at(payload, 1), false};
}

payload_facts read_vp8(net::byte_span payload) {
  auto x = rtp::parse_vp8(payload);
  if (!x)
    return {};
  size_t offset = x->size;
  if (x->start_of_partition && x->partition == 0)
    offset += x->keyframe ? keyframe_header : frame_header;
  return {read_at(payload, offset), x->keyframe};
}

} // namespace troupe::load
