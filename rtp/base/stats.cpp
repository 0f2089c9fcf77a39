#include "rtp/base/stats.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::rtp {

void rate_meter::add(size_t octets, time_point now) {
  if (!started_) {
    started_ = true;
    start_ = now;
  }
  if (auto age = now - start_; age >= bucket) {
    previous_ = age < 2 * bucket ? current_ : 0;
    current_ = 0;
    start_ += age - age % bucket;
  }
  current_ += static_cast<uint32_t>(octets);
}

uint64_t rate_meter::bitrate_bps(time_point now) const {
  if (!started_)
    return 0;
  // The caller's time may be older.
  auto age = std::max(now - start_, duration{0});
  auto octets = uint64_t{current_};
  auto span = age;
  if (age < bucket) {
    octets += previous_;
    span += bucket;
  } else if (age >= 2 * bucket) {
    return 0;
  }
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
  return octets * 8 * 1000 / static_cast<uint64_t>(ms);
}

uint8_t score_of_loss(double share) {
  auto kept = 1 - std::clamp(share, 0.0, 1.0);
  return static_cast<uint8_t>(std::lround(10 * kept * kept));
}

} // namespace troupe::rtp
