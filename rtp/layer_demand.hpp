#pragma once

#include "rtp/types.hpp"

#include <map>
#include <optional>

namespace troupe::rtp {

/// Which layers of a producer are wanted by anybody: the highest of what its
/// receivers want. More is wanted at once, less after a while, so that who
/// pauses for a moment costs nothing. At first all are.
class layer_demand {
public:
  /// How long less is wanted until it counts.
  static constexpr duration patience = std::chrono::seconds{2};

  /// The highest spatial layer, or none.
  using wish = std::optional<uint8_t>;

  layer_demand(uint8_t highest, time_point now)
      : current_(highest)
      , due_(now + patience) {}

  /// What some of the receivers want; `who` tells them from the others.
  void handle_wish(uint64_t who, wish x, time_point now);

  /// They are gone.
  void remove(uint64_t who, time_point now);

  void handle_timeout(time_point now);

  std::optional<time_point> poll_timeout() const {
    return due_;
  }

  /// What is wanted, where that has changed since the last call.
  std::optional<wish> poll_changed();

  bool wants(uint8_t layer) const {
    return current_ >= wish{layer};
  }

private:
  void update(time_point now);
  wish highest() const;

  std::map<uint64_t, wish> wishes_;
  wish current_;
  bool changed_ = false;
  std::optional<time_point> due_; // when less counts
};

} // namespace troupe::rtp
