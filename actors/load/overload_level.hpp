#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::actors {

/// What the server does against overload. Each level includes those before it;
/// none affects audio.
enum class overload_level : uint8_t {
  /// No restriction.
  normal,
  /// New rooms and joins wait in line; no new consumers.
  busy,
  /// No consumer gets the highest encoding of simulcast video.
  top_layer_off,
  /// All consumers get the lowest encoding of simulcast video.
  lowest_layer_only,
  /// Only video of the last N members who spoke.
  last_n_only,
  /// Only video of the members that are loudest at the moment.
  speakers_only,
  /// No video: the last resort.
  audio_only,
};

/// All levels, the mildest first.
inline constexpr std::array overload_levels{
    overload_level::normal,        overload_level::busy,
    overload_level::top_layer_off, overload_level::lowest_layer_only,
    overload_level::last_n_only,   overload_level::speakers_only,
    overload_level::audio_only};

/// Its name in the log, e.g. "top-layer-off".
std::string_view to_string(overload_level x);

/// A level and the share of consumers that it applies to. Whole levels would be
/// too coarse: one could drop nine tenths of the load where a tenth would do.
/// So a level first applies to a 64th of the consumers, then to two of them and
/// so on, while the levels before it apply to all.
struct overload_state {
  /// The share that stands for all consumers.
  static constexpr uint8_t whole = 64;

  overload_level level = overload_level::normal;
  /// How many parts of `whole` the level applies to: at least one if it sheds,
  /// otherwise none.
  uint8_t share = 0;

  bool operator==(const overload_state&) const = default;
};

/// Whether newcomers are refused, unless the load monitor says otherwise.
constexpr bool refuses_newcomers(overload_state x) {
  return x.level != overload_level::normal;
}

/// Whether anything is shed; if not, a shard may skip its consumers.
constexpr bool sheds(overload_state x) {
  return x.level > overload_level::busy;
}

} // namespace troupe::actors
