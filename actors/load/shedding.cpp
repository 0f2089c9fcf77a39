#include "actors/load/shedding.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

/// Whether `level` applies to a consumer with this shed rank.
bool applies(overload_level level, overload_state state, uint8_t shed_rank) {
  return state.level > level
         || (state.level == level && shed_rank < state.share);
}

/// The highest encoding that overload leaves of a producer's `encodings`.
uint8_t highest_encoding(overload_state state, const consumer_facts& about) {
  auto top = static_cast<uint8_t>(std::max<uint8_t>(about.encodings, 1) - 1);
  if (applies(overload_level::lowest_layer_only, state, about.shed_rank))
    return 0;
  if (top > 0 && applies(overload_level::top_layer_off, state, about.shed_rank))
    return static_cast<uint8_t>(top - 1);
  return top;
}

} // namespace

shedding_decision decide_shedding(overload_state state,
                                  const consumer_facts& about,
                                  const shedding_limits& limits) {
  if (about.kind == rtp::media_kind::audio)
    return {false, about.preferred};
  auto long_silent = limits.room_last_n > 0
                     && about.recency >= limits.room_last_n && !about.pinned;
  if (!sheds(state))
    return {long_silent, about.preferred, long_silent};
  auto among_last_n = about.recency < limits.last_n;
  auto among_speakers = about.loudness && *about.loudness < limits.speakers;
  auto off = [&](overload_level level) {
    return applies(level, state, about.shed_rank);
  };
  auto shed = (!among_last_n && off(overload_level::last_n_only))
              || (!among_speakers && off(overload_level::speakers_only))
              || off(overload_level::audio_only);
  return {shed || long_silent,
          std::min(about.preferred, highest_encoding(state, about)),
          long_silent && !shed};
}

uint8_t shed_rank_of(std::string_view consumer_id) {
  // FNV-1a; its low bits alone would depend on the last character only.
  uint32_t hash = 2166136261u;
  for (unsigned char c : consumer_id)
    hash = (hash ^ c) * 16777619u;
  hash ^= hash >> 16;
  return static_cast<uint8_t>((hash ^ (hash >> 8)) % overload_state::whole);
}

} // namespace troupe::actors
