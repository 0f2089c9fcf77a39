#pragma once

#include "rtp/base/types.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace troupe::rtp {

/// The loudness of a speaker as listeners perceive it: it rises within three
/// packets, lasts through the pauses between words, and falls when a sentence
/// is over. Computed from the levels that packets carry (RFC 6464), in dBov.
class loudness {
public:
  static constexpr float silence = -127;

  /// How long a speaker who falls silent keeps the same loudness, and how fast
  /// it falls then, in dB a second.
  static constexpr duration hold = std::chrono::milliseconds{1000};
  static constexpr float fall = 30;

  /// A level that is quieter than the peak by at most `same_voice` dB continues
  /// the same speech. Each of its packets lowers the peak by the share
  /// `settling` of the difference.
  static constexpr float same_voice = 10;
  static constexpr float settling = 0.02f;

  /// A moment of loudness, from which later values can be computed.
  struct peak {
    float level = silence;
    time_point at{};

    /// The loudness that remains of it.
    float remains(time_point now) const {
      auto age = std::chrono::duration<float>(now - at - hold).count();
      return std::max(silence, level - std::max(age, 0.0f) * fall);
    }
  };

  /// Takes a packet's level: 0 is the loudest, 127 silence.
  void handle_level(uint8_t level, time_point now) {
    window_[next_++ % window_.size()] = -static_cast<float>(level);
    // A click is shorter than three packets; a word is not.
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
