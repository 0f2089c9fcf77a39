#pragma once

#include "rtp/base/types.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace troupe::rtp {

/// The minimum of the values of the last ten seconds or so, in buckets of one
/// second. No allocation.
class window_minimum {
public:
  /// How many seconds a value counts.
  static constexpr int64_t window = 10;

  static int64_t second_of(time_point x) {
    return std::chrono::floor<std::chrono::seconds>(x.time_since_epoch())
        .count();
  }

  void add(duration x, time_point when) {
    auto second = second_of(when);
    auto& to = buckets_[static_cast<size_t>(second) % buckets_.size()];
    if (to.second != second)
      to = {second, x};
    else
      to.least = std::min(to.least, x);
    newest_ = std::max(newest_, second);
  }

  /// Nothing if there has been no value. Values last beyond the window until
  /// newer ones come.
  std::optional<duration> value() const {
    std::optional<duration> out;
    for (const auto& x : buckets_)
      if (x.second != never && newest_ - x.second < window
          && (!out || x.least < *out))
        out = x.least;
    return out;
  }

  /// The second of the latest value.
  int64_t newest_second() const {
    return newest_;
  }

  void clear() {
    *this = {};
  }

private:
  static constexpr int64_t never = INT64_MIN / 2;

  struct bucket {
    int64_t second = never;
    duration least{};
  };

  std::array<bucket, 16> buckets_{};
  int64_t newest_ = never;
};

} // namespace troupe::rtp
