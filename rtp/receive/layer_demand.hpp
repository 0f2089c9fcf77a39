#pragma once

#include "rtp/base/types.hpp"

#include <map>
#include <optional>

namespace troupe::rtp {

/// The highest layers of a producer that any of its receivers wants. A rise
/// counts at once and a fall after a while, so that a client that pauses for a
/// moment changes nothing. At first all layers are wanted.
class layer_demand {
public:
  /// How long a lower request must last until it counts.
  static constexpr duration patience = std::chrono::seconds{2};

  /// The highest spatial layer requested, or none.
  using request = std::optional<uint8_t>;

  /// `none_patience`: how long nothing at all must be wanted until that counts,
  /// once receivers have come.
  layer_demand(uint8_t highest, time_point now,
               duration none_patience = patience)
      : none_patience_(none_patience)
      , current_(highest)
      , due_(now + patience) {}

  /// Takes the highest request of a group of receivers, which `group`
  /// identifies.
  void handle_request(uint64_t group, request x, time_point now);

  /// The group has no more receivers.
  void remove(uint64_t group, time_point now);

  void handle_timeout(time_point now);

  std::optional<time_point> poll_timeout() const {
    return none_due_ && (!due_ || *none_due_ < *due_) ? none_due_ : due_;
  }

  /// The highest request, if it has changed since the last call.
  std::optional<request> poll_changed();

  bool wants(uint8_t layer) const {
    return current_ >= request{layer};
  }

private:
  void update(time_point now);
  request highest() const;

  duration none_patience_;
  std::map<uint64_t, request> requests_;
  request current_;
  bool changed_ = false;
  std::optional<time_point> due_;      // when the lower request counts
  std::optional<time_point> none_due_; // the same, while nothing is wanted
};

} // namespace troupe::rtp
