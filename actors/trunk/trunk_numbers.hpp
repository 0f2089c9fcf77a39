#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace troupe::actors {

/// The lower bits of a trunk's SSRCs, which number its streams. The upper 20
/// are the tag of the receiving node.
inline constexpr unsigned trunk_stream_bits = 12;

/// Streams from this number on are sources of RTCP about the other direction:
/// 256 of them.
inline constexpr uint32_t first_trunk_reporter = 0xF00;
inline constexpr uint32_t trunk_reporters = 0x100;

/// The tag of an SSRC.
constexpr uint32_t trunk_tag_of(uint32_t ssrc) {
  return ssrc >> trunk_stream_bits;
}

/// The number of an SSRC among those of its tag.
constexpr uint32_t trunk_number_of(uint32_t ssrc) {
  return ssrc & ((uint32_t{1} << trunk_stream_bits) - 1);
}

/// Whether an SSRC may be that of media on a trunk with this tag.
constexpr bool is_trunk_media(uint32_t ssrc, uint32_t tag) {
  const auto number = trunk_number_of(ssrc);
  return trunk_tag_of(ssrc) == tag && number > 0
         && number < first_trunk_reporter;
}

/// Draws the SSRCs of the media that a node receives on a trunk. None is drawn
/// twice: under one SRTP key, each belongs to one stream for good (RFC 3711,
/// section 9.1).
class trunk_numbers {
public:
  explicit trunk_numbers(uint32_t tag = 0) : tag_(tag) {}

  uint32_t tag() const {
    return tag_;
  }

  /// The first SSRC with which the other node sends RTCP about its relays.
  uint32_t reporter() const {
    return (tag_ << trunk_stream_bits) | first_trunk_reporter;
  }

  /// The next SSRCs; nothing if so many are not left.
  std::optional<std::vector<uint32_t>> take(size_t count) {
    if (count > first_trunk_reporter - next_)
      return std::nullopt;
    std::vector<uint32_t> out;
    for (; out.size() < count; ++next_)
      out.push_back((tag_ << trunk_stream_bits) | next_);
    return out;
  }

private:
  uint32_t tag_;
  uint32_t next_ = 1;
};

} // namespace troupe::actors
