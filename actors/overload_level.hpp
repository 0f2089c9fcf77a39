#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::actors {

/// How far the server goes to keep its calls alive. Each level includes those
/// before it; none touches audio.
enum class overload_level : uint8_t {
  /// Everything goes.
  normal,
  /// No new rooms, joins and consumers.
  busy,
  /// Nobody gets the highest encoding of simulcast video.
  top_layer_off,
  /// Everybody gets the lowest encoding of simulcast video.
  lowest_layer_only,
  /// No video of people but the last N who spoke.
  last_n_only,
  /// No video of people but the loudest at the moment.
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

/// A level and how far it has been carried out. Whole levels would be too
/// coarse to settle on: one could drop nine tenths of the load where a tenth
/// would do. So a level first applies to a 64th of the consumers, then to two
/// of them and so on, while the levels before it apply to all.
struct overload_state {
  /// The share that is everybody.
  static constexpr uint8_t whole = 64;

  overload_level level = overload_level::normal;
  /// How many parts of `whole` the level applies to: at least one where it
  /// sheds, otherwise none.
  uint8_t share = 0;

  bool operator==(const overload_state&) const = default;
};

/// Whether newcomers are turned away.
constexpr bool refuses_newcomers(overload_state x) {
  return x.level != overload_level::normal;
}

/// Whether anything is shed: a shard may skip its consumers when not.
constexpr bool sheds(overload_state x) {
  return x.level > overload_level::busy;
}

} // namespace troupe::actors
