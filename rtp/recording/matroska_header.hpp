#pragma once

#include "rtp/recording/media_frame.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe::rtp {

/// What timestamps count: the scale of 1 ms that WebM recommends, and that all
/// players are tested with. Each block's time is rounded by itself, so errors
/// of half a millisecond do not add up, not even for audio: players decode
/// packet after packet, and take a time only to see that none is missing.
inline constexpr duration matroska_tick = std::chrono::milliseconds{1};

/// Which of the two formats a file has. WebM is a subset of Matroska.
enum class matroska_type : uint8_t { webm, matroska };

/// WebM if its codecs allow it: H264 does not.
matroska_type matroska_type_of(std::span<const track_description> tracks);

/// The extension of such files' names: ".webm" or ".mkv".
std::string_view file_extension(matroska_type x);

/// What a file tells of itself.
struct matroska_info {
  /// UTF-8; empty if it has none.
  std::string title;
  /// When the recording began, since 1970-01-01 in UTC; nothing if unknown.
  std::optional<std::chrono::nanoseconds> date;
};

/// Where a file has what the end of its recording changes, from the file's
/// start.
struct matroska_layout {
  /// How many octets there are for each. What the SeekHead leaves is Void.
  static constexpr size_t segment_size_room = 8;
  static constexpr size_t seek_head_room = 100;
  static constexpr size_t duration_room = 11;

  /// The first octet of the Segment's data; its size stands before it.
  uint64_t segment = 0;
  /// The room for the SeekHead, and for the Duration: Void until then.
  uint64_t seek_head = 0;
  uint64_t duration = 0;
  /// The elements that the SeekHead points to.
  uint64_t info = 0;
  uint64_t tracks = 0;
  /// The end of all that precedes the clusters.
  uint64_t end = 0;

  bool operator==(const matroska_layout&) const = default;
};

/// The codec names of Matroska, as far as media frames have them; empty for
/// others.
std::string_view matroska_codec_id(codec x);

/// The codec of a name; other_video for all unknown ones.
codec codec_of_matroska_id(std::string_view name);

/// The octets before the first cluster, and their layout. The Segment's size is
/// unknown, so that a file can be read while it grows, and after a crash.
/// Tracks are numbered from 1 in their order.
struct matroska_header {
  std::vector<uint8_t> octets;
  matroska_layout layout;
};

matroska_header make_matroska_header(const matroska_info& info,
                                     std::span<const track_description> tracks);

} // namespace troupe::rtp
