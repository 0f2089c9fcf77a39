#pragma once

#include "actors/media/producer_actor.hpp"
#include "actors/media/producer_facts.hpp"
#include "actors/media/score_board.hpp"
#include "actors/speech/speech_activity.hpp"

#include <memory>

namespace troupe::actors {

/// What the consumers of a producer share with it on this node.
struct producer_handles {
  producer_actor producer;
  /// Its owner's speech activity: decides what overload leaves of its video.
  std::shared_ptr<actors::speech_activity> speech;
  /// How well its streams arrive.
  std::shared_ptr<const score_board> scores =
      std::make_shared<const score_board>(0);
};

/// A producer as members offer and find it.
struct producer_entry {
  producer_facts facts;
  producer_handles handles;
};

} // namespace troupe::actors
