#pragma once

#include "actors/load/overload_level.hpp"
#include "rtp/base/types.hpp"

#include <optional>
#include <string_view>

namespace troupe::actors {

/// How many members' video remains at the levels that select members, and how
/// many there are without overload. From the keys `overload.last-n`,
/// `overload.speakers` and `room.last-n`.
struct shedding_limits {
  uint16_t last_n = 9;
  uint16_t speakers = 3;
  uint16_t room_last_n = 0; // 0: all
};

/// The facts on which the decision about a consumer depends.
struct consumer_facts {
  rtp::media_kind kind = rtp::media_kind::video;
  /// The number of the producer's encodings; 1 is no simulcast.
  uint8_t encodings = 1;
  /// The encoding that the client wants.
  uint8_t preferred = 0;
  /// Its shed rank: consumers of a lower rank are shed first. See
  /// shed_rank_of().
  uint8_t shed_rank = 0;
  /// How many other members that send video spoke after the video's owner did;
  /// joining counts as speaking: see speech_ranking.
  uint16_t recency = 0;
  /// How many other members are louder at the moment; nothing if the owner is
  /// silent.
  std::optional<uint16_t> loudness;
  /// The client has given it a priority: `room.last-n` does not apply to it,
  /// unless there is overload.
  bool pinned = false;
};

/// What a consumer may still get.
struct shedding_decision {
  /// Nothing is forwarded, until the state changes.
  bool paused = false;
  /// The encoding to forward: the preferred one or a lower one.
  uint8_t encoding = 0;
  /// It is paused because other members have spoken since, not for overload.
  bool by_last_n = false;

  bool operator==(const shedding_decision&) const = default;
};

/// Decides what a consumer gets in `state`. A more severe state never gives
/// more than a milder one. Audio is never shed.
shedding_decision decide_shedding(overload_state state,
                                  const consumer_facts& about,
                                  const shedding_limits& limits);

/// Derives the shed rank of a consumer from its id: below overload_state::whole
/// and the same at every call.
uint8_t shed_rank_of(std::string_view consumer_id);

} // namespace troupe::actors
