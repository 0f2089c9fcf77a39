#pragma once

#include "actors/fan_out/fan_out.hpp"

#include <memory>
#include <utility>

namespace troupe::actors {

/// Keeps a shard's engine at the node's overload state and, while that depends
/// on who speaks, at the present speakers.
class shard_overload {
public:
  /// How often speakers are ranked anew while ranks decide.
  static constexpr net::duration rank_interval = std::chrono::milliseconds{500};

  /// Call this before all else. `ranking` is the room's, never null.
  void begin(const shedding_limits& limits,
             std::shared_ptr<speech_ranking> ranking) {
    limits_ = limits;
    ranking_ = std::move(ranking);
  }

  /// Applies `state`, unless nothing has changed. Cheap enough for each batch.
  void update(fan_out& engine, overload_state state, net::time_point now) {
    bool by_speech =
        state.level >= overload_level::last_n_only || limits_.room_last_n > 0;
    if (state == engine.overload() && !(by_speech && now >= ranks_due_))
      return;
    if (by_speech)
      ranking_->refresh(now);
    ranks_due_ = now + rank_interval;
    engine.set_overload(state, limits_, now);
  }

private:
  shedding_limits limits_;
  std::shared_ptr<speech_ranking> ranking_;
  net::time_point ranks_due_{}; // when speakers are ranked next
};

} // namespace troupe::actors
