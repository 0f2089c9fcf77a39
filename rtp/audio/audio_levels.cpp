#include "rtp/audio/audio_levels.hpp"

namespace troupe::rtp {

void audio_levels::handle_level(const audio_level& x) {
  sum_ += x.level;
  ++count_;
}

std::optional<int8_t> audio_levels::take(unsigned min_packets) {
  auto result = std::optional<int8_t>{};
  if (count_ > 0 && count_ >= min_packets) {
    auto average = static_cast<int>((sum_ + count_ / 2) / count_);
    result = static_cast<int8_t>(-average);
  }
  sum_ = 0;
  count_ = 0;
  return result;
}

} // namespace troupe::rtp
