#pragma once

#include "rtp/types.hpp"

#include <optional>

namespace troupe::rtp {

/// Turns any number of wishes for a key frame into few requests: one per
/// min_interval in the long run, `burst` at most sooner than that, repeated
/// every retry_interval until a key frame arrives. Wishes while one is under
/// way cost nothing. Repetition rests while no media arrives, since the link is
/// dead then, and goes on with the first packet.
class keyframe_requester {
public:
  struct intervals {
    duration min_interval = std::chrono::seconds{1};
    duration retry_interval = std::chrono::seconds{1};
    /// So many may go before each has to wait for its min_interval, `spacing`
    /// apart: for those whom the key frame just missed.
    int burst = 1;
    duration spacing{0};
  };

  keyframe_requester() = default;

  explicit keyframe_requester(intervals x) : intervals_(x) {}

  /// Somebody wants a key frame.
  void request(time_point now);

  /// Forgets all wishes, and when they were granted: those for whom it asked
  /// could get nothing then.
  void forget() {
    *this = keyframe_requester{intervals_};
  }

  /// Any packet of the stream arrived.
  void handle_packet();

  /// A key frame began to arrive: all wishes are granted.
  void handle_keyframe();

  /// True once whenever a request is to be sent.
  bool poll(time_point now);

  std::optional<time_point> poll_timeout() const;

  /// Whether a key frame is wanted and has not come.
  bool pending() const {
    return pending_;
  }

private:
  time_point earliest() const;

  intervals intervals_;
  bool pending_ = false;
  bool alive_ = true; // media arrived since the last request
  time_point due_{};
  std::optional<time_point> last_sent_;
  time_point paid_until_{}; // when all that were sent have had their interval
};

} // namespace troupe::rtp
