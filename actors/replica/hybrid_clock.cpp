#include "actors/replica/hybrid_clock.hpp"

#include <limits>
#include <tuple>

namespace troupe::actors {

stamp hybrid_clock::next(int64_t wall_ms) {
  if (wall_ms > last_ms_) {
    last_ms_ = wall_ms;
    counter_ = 0;
  } else if (counter_ == std::numeric_limits<uint32_t>::max()) {
    ++last_ms_;
    counter_ = 0;
  } else {
    ++counter_;
  }
  return {last_ms_, counter_, node_};
}

stamp hybrid_clock::observe(stamp remote, int64_t wall_ms) {
  if (remote.wall_ms > wall_ms + max_drift_ms) {
    ++clamped_;
    remote.wall_ms = wall_ms + max_drift_ms;
    remote.counter = 0;
  }
  if (std::tie(remote.wall_ms, remote.counter) > std::tie(last_ms_, counter_)) {
    last_ms_ = remote.wall_ms;
    counter_ = remote.counter;
  }
  return remote;
}

} // namespace troupe::actors
