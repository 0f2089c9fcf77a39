#pragma once

#include "actors/overload_level.hpp"
#include "rtp/types.hpp"

#include <optional>
#include <string_view>

namespace troupe::actors {

/// How much video remains at the levels that pick by person, and how much there
/// is without overload. From the keys `overload.last-n`, `overload.speakers`
/// and `room.last-n`.
struct shedding_limits {
  uint16_t last_n = 9;
  uint16_t speakers = 3;
  uint16_t room_last_n = 0; // 0: all
};

/// What the decision about a consumer depends on.
struct consumer_facts {
  rtp::media_kind kind = rtp::media_kind::video;
  /// How many encodings the producer has; 1 is no simulcast.
  uint8_t encodings = 1;
  /// The encoding that the client wants.
  uint8_t preferred = 0;
  /// When its turn comes as the share grows: see lot_of().
  uint8_t lot = 0;
  /// How many others in the room who send video spoke after the video's owner
  /// did; joining counts as speaking: see room_voices.
  uint16_t recency = 0;
  /// How many others in the room are louder at the moment; nothing for one
  /// who is silent.
  std::optional<uint16_t> loudness;
  /// The client has given it a priority: it is seen whoever spoke last, unless
  /// there is overload.
  bool pinned = false;
};

/// What a consumer may still get.
struct shedding_decision {
  /// Nothing, until the state changes.
  bool paused = false;
  /// The encoding to forward: the preferred one or a lower one.
  uint8_t encoding = 0;
  /// It is paused because others have spoken since, not for overload.
  bool by_last_n = false;

  bool operator==(const shedding_decision&) const = default;
};

/// Decides what a consumer gets in `state`. A more severe state never gives
/// more than a milder one. Audio always goes as preferred.
shedding_decision decide_shedding(overload_state state,
                                  const consumer_facts& about,
                                  const shedding_limits& limits);

/// Draws the lot of a consumer from its id, below overload_state::whole and the
/// same at every call.
uint8_t lot_of(std::string_view consumer_id);

} // namespace troupe::actors
