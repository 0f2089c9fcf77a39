#include "protocol/ortc/h264_profile.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace troupe::protocol {

namespace {

constexpr std::array<uint8_t, 16> levels{10, 11, 12, 13, 20, 21, 22, 30,
                                         31, 32, 40, 41, 42, 50, 51, 52};

// constraint_set3_flag in profile-iop: level 11 then means 1b.
constexpr uint8_t constraint_set3 = 0x10;

// A row of RFC 6184, table 5: profile_idc, and what the octet profile-iop must
// be where the mask is set.
struct profile_pattern {
  uint8_t idc;
  uint8_t iop_mask;
  uint8_t iop;
  h264_profile profile;
};

constexpr std::array<profile_pattern, 9> profile_patterns{{
    {0x42, 0x4f, 0x40, h264_profile::constrained_baseline},
    {0x4d, 0x8f, 0x80, h264_profile::constrained_baseline},
    {0x58, 0xcf, 0xc0, h264_profile::constrained_baseline},
    {0x42, 0x4f, 0x00, h264_profile::baseline},
    {0x58, 0xcf, 0x80, h264_profile::baseline},
    {0x4d, 0xaf, 0x00, h264_profile::main},
    {0x64, 0xff, 0x00, h264_profile::high},
    {0x64, 0xff, 0x0c, h264_profile::constrained_high},
    {0xf4, 0xff, 0x00, h264_profile::predictive_high_444},
}};

std::string_view canonical_prefix(h264_profile profile) {
  switch (profile) {
    case h264_profile::constrained_baseline:
      return "42e0";
    case h264_profile::baseline:
      return "4200";
    case h264_profile::main:
      return "4d00";
    case h264_profile::constrained_high:
      return "640c";
    case h264_profile::high:
      return "6400";
    case h264_profile::predictive_high_444:
      break;
  }
  return "f400";
}

std::optional<std::string> level_1b_to_string(h264_profile profile) {
  switch (profile) {
    case h264_profile::constrained_baseline:
      return "42f00b";
    case h264_profile::baseline:
      return "42100b";
    case h264_profile::main:
      return "4d100b";
    default:
      return std::nullopt;
  }
}

// In the standard, 1b lies between 1 and 1.1. mediasoup and its clients order
// it differently (1.1 and above are less than 1b, and 1b is less than those
// too), and the answer must equal theirs.
bool is_less(h264_level a, h264_level b) {
  const h264_level level_1{10};
  if (a == h264_level_1b)
    return b != level_1 && b != h264_level_1b;
  if (b == h264_level_1b)
    return a != level_1;
  return a < b;
}

// Whether a parameter is absent, 0 or the empty string.
bool is_unset(const parameter_map& parameters, std::string_view name) {
  const auto i = parameters.find(name);
  return i == parameters.end() || i->second == parameter_value{int64_t{0}}
         || i->second == parameter_value{std::string{}};
}

bool allows_level_asymmetry(const parameter_map& parameters) {
  const auto i = parameters.find("level-asymmetry-allowed");
  return i != parameters.end()
         && (i->second == parameter_value{int64_t{1}}
             || i->second == parameter_value{std::string("1")});
}

} // namespace

std::optional<h264_profile_level>
parse_h264_profile_level(std::string_view text) {
  uint32_t number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, 16);
  if (text.size() != 6 || parsed.ec != std::errc{} || parsed.ptr != end)
    return std::nullopt;
  const auto idc = static_cast<uint8_t>(number >> 16);
  const auto iop = static_cast<uint8_t>(number >> 8);
  h264_level level{static_cast<uint8_t>(number)};
  if (std::ranges::find(levels, level.value) == levels.end())
    return std::nullopt;
  if (level.value == 11 && (iop & constraint_set3) != 0)
    level = h264_level_1b;
  for (const auto& pattern : profile_patterns)
    if (pattern.idc == idc && (iop & pattern.iop_mask) == pattern.iop)
      return h264_profile_level{pattern.profile, level};
  return std::nullopt;
}

std::optional<std::string> to_string(const h264_profile_level& in) {
  if (in.level == h264_level_1b)
    return level_1b_to_string(in.profile);
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(canonical_prefix(in.profile));
  out += digits[in.level.value >> 4];
  out += digits[in.level.value & 0xf];
  return out;
}

std::optional<h264_profile_level>
h264_profile_level_of(const parameter_map& parameters) {
  if (is_unset(parameters, "profile-level-id"))
    return h264_profile_level{};
  const auto& value = parameters.find("profile-level-id")->second;
  const auto* text = std::get_if<std::string>(&value);
  return text ? parse_h264_profile_level(*text) : std::nullopt;
}

std::optional<h264_answer> answer_h264(const parameter_map& local,
                                       const parameter_map& remote) {
  const auto ours = h264_profile_level_of(local);
  const auto theirs = h264_profile_level_of(remote);
  if (!ours || !theirs || ours->profile != theirs->profile)
    return std::nullopt;
  if (is_unset(local, "profile-level-id")
      && is_unset(remote, "profile-level-id"))
    return h264_answer{};
  auto level = ours->level;
  if (!(allows_level_asymmetry(local) && allows_level_asymmetry(remote))
      && !is_less(ours->level, theirs->level))
    level = theirs->level;
  return h264_answer{to_string(h264_profile_level{ours->profile, level})};
}

} // namespace troupe::protocol
