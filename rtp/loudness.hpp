#pragma once

#include "rtp/types.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace troupe::rtp {

/// How loud somebody is, as people who listen would have it: it rises within
/// three packets, stays through the pauses between words, and falls when a
/// sentence is over. From the levels that packets carry (RFC 6464), in dBov.
class loudness {
public:
  static constexpr float silence = -127;

  /// How long one who falls silent counts as loud as before, and how fast it
  /// falls then, dB a second.
  static constexpr duration hold = std::chrono::milliseconds{1000};
  static constexpr float fall = 30;

  /// What is quieter than the peak by no more dB than this is the same voice,
  /// which goes on: each packet of it brings the peak down by that share.
  static constexpr float same_voice = 10;
  static constexpr float settling = 0.02f;

  /// A moment at which it was loud; what follows from it needs no more.
  struct peak {
    float level = silence;
    time_point at{};

    /// What is left of it.
    float remains(time_point now) const {
      auto age = std::chrono::duration<float>(now - at - hold).count();
      return std::max(silence, level - std::max(age, 0.0f) * fall);
    }
  };

  /// A packet's level: 0 is the loudest, 127 silence.
  void handle_level(uint8_t level, time_point now) {
    window_[next_++ % window_.size()] = -static_cast<float>(level);
    // A click is shorter than three packets, a word is not.
    auto lasting = *std::ranges::min_element(window_);
    auto before = peak_.remains(now);
    if (lasting >= before)
      peak_ = {lasting, now};
    else if (lasting >= before - same_voice)
      peak_ = {before + settling * (lasting - before), now};
  }

  const peak& latest() const {
    return peak_;
  }

private:
  std::array<float, 3> window_{silence, silence, silence};
  unsigned next_ = 0;
  peak peak_;
};

} // namespace troupe::rtp
