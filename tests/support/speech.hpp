#pragma once

#include "net/base/rng.hpp"
#include "net/base/time.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace troupe::test {

/// Generates the levels (RFC 6464) of a speaker or a silent member, one each 20
/// ms: words of 200 to 500 ms with syllables, pauses of 60 to 250 ms between
/// them, of 300 to 700 ms after some, and background noise.
class synthetic_speech {
public:
  static constexpr auto packet_time = std::chrono::milliseconds{20};

  synthetic_speech(uint64_t seed, int level, int noise = -65)
      : random_(net::make_seeded_rng(seed))
      , level_(level)
      , noise_(noise) {}

  void speak(bool x) {
    speaks_ = x;
    left_ = 0;
    word_ = false;
  }

  void set_level(int x) {
    level_ = x;
  }

  /// The level of the next packet.
  uint8_t next() {
    ++count_;
    auto out = static_cast<double>(noise_ + between(-3, 3));
    if (speaks_ && in_word()) {
      auto syllable = std::sin(count_ * 0.02 * 4 * 2 * 3.14159);
      out = std::max(out, level_ - 4 + 4 * syllable + between(-2, 2));
    }
    return static_cast<uint8_t>(std::clamp(-out, 0.0, 127.0));
  }

private:
  int between(int low, int high) {
    return low
           + static_cast<int>(
               random_->below(static_cast<uint32_t>(high - low + 1)));
  }

  bool in_word() {
    if (left_-- > 0)
      return word_;
    word_ = !word_;
    if (word_)
      left_ = between(10, 25);
    else
      left_ = random_->below(6) == 0 ? between(15, 35) : between(3, 12);
    return word_;
  }

  std::unique_ptr<net::rng> random_;
  int level_; // dBov
  int noise_;
  bool speaks_ = false;
  bool word_ = false;
  int left_ = 0; // packets of the present word or pause
  int count_ = 0;
};

} // namespace troupe::test
