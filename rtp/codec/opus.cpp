#include "rtp/codec/opus.hpp"

namespace troupe::rtp {

namespace {

/// The frame size of a config number (RFC 6716, table 2).
std::chrono::microseconds duration_of(uint8_t config) {
  static constexpr int silk[] = {10'000, 20'000, 40'000, 60'000};
  static constexpr int hybrid[] = {10'000, 20'000};
  static constexpr int celt[] = {2'500, 5'000, 10'000, 20'000};
  if (config < 12)
    return std::chrono::microseconds{silk[config & 3]};
  if (config < 16)
    return std::chrono::microseconds{hybrid[config & 1]};
  return std::chrono::microseconds{celt[config & 3]};
}

} // namespace

std::optional<opus_descriptor> parse_opus(net::byte_span payload) {
  if (payload.empty())
    return std::nullopt;
  auto toc = payload[0];
  opus_descriptor x;
  x.config = static_cast<uint8_t>(toc >> 3);
  x.stereo = (toc & 4) != 0;
  x.frame_duration = duration_of(x.config);
  // Encoders mark silence by packets of at most two octets.
  x.dtx = payload.size() <= 2;
  auto code = toc & 3;
  if (code == 3) {
    if (payload.size() < 2)
      return std::nullopt;
    x.frame_count = payload[1] & 0x3F;
  } else {
    x.frame_count = code == 0 ? 1 : 2;
  }
  if (x.frame_count == 0
      || x.packet_duration() > std::chrono::milliseconds{120})
    return std::nullopt;
  return x;
}

} // namespace troupe::rtp
