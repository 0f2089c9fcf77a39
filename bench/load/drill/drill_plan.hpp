#pragma once

#include "bench/load/scenario/plan.hpp"

namespace troupe::load {

/// The streams of a drill's room.
struct drill_shape {
  uint32_t members = 12;
  /// Further members, all of whom begin at the last server.
  uint32_t more = 0;
  /// Every how manieth member sends. The others publish audio, muted.
  uint32_t every = 1;
  /// How many senders each member receives.
  uint32_t hears = 5;
  /// Whether senders publish video (`traffic::v600`) besides audio.
  bool video = false;
};

/// One room, in which each member receives the next `hears` senders after it,
/// in a circle: of several nodes, if members take turns with them.
scenario_plan drill_plan(const drill_shape& x);

/// The position of the server at which a member begins. The first `members`
/// take turns.
size_t first_server(const drill_shape& x, member_index who, size_t servers);

} // namespace troupe::load
