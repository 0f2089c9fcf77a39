#pragma once

#include "protocol/verbs/rtp_parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// H.264's `profile-level-id` (RFC 6184, section 8.1).
namespace troupe::protocol {

/// The profiles that WebRTC endpoints negotiate.
enum class h264_profile : uint8_t {
  constrained_baseline,
  baseline,
  main,
  constrained_high,
  high,
  predictive_high_444
};

/// A level of ITU-T H.264, table A-1: ten times its number, and 9 for level
/// 1b, which lies between 1 and 1.1.
struct h264_level {
  uint8_t value = 31;

  auto operator<=>(const h264_level&) const = default;
};

/// Level 1b, which has no level octet of its own.
inline constexpr h264_level h264_level_1b{9};

/// The decoded `profile-level-id`.
struct h264_profile_level {
  h264_profile profile = h264_profile::constrained_baseline;
  h264_level level;

  bool operator==(const h264_profile_level&) const = default;
};

/// Parses the six hexadecimal digits; nothing for other texts, and for profiles
/// and levels that are not in the tables.
std::optional<h264_profile_level>
parse_h264_profile_level(std::string_view text);

/// The canonical six digits; nothing for a profile without level 1b.
std::optional<std::string> to_string(const h264_profile_level& in);

/// The profile and level in `parameters`. The default is constrained baseline
/// 3.1, as in libwebrtc (the standard has baseline 1).
std::optional<h264_profile_level>
h264_profile_level_of(const parameter_map& parameters);

/// The outcome of an H.264 match.
struct h264_answer {
  /// The `profile-level-id` to answer; absent if neither side gave one.
  std::optional<std::string> profile_level_id;
};

/// Answers `remote` on behalf of `local`: nothing if the profiles differ.
/// The level is the local one where both allow asymmetry, else the lower one
/// (RFC 6184, section 8.2.2).
std::optional<h264_answer> answer_h264(const parameter_map& local,
                                       const parameter_map& remote);

} // namespace troupe::protocol
