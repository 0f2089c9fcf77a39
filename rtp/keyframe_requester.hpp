#pragma once

#include "rtp/types.hpp"

#include <optional>

namespace troupe::rtp {

/// Turns any number of wishes for a key frame into few requests: at most one
/// per min_interval, repeated every retry_interval until a key frame arrives.
/// Wishes while one is under way cost nothing. Repetition rests while no media
/// arrives, since the link is dead then, and goes on with the first packet.
class keyframe_requester {
public:
  struct intervals {
    duration min_interval = std::chrono::seconds{1};
    duration retry_interval = std::chrono::seconds{1};
  };

  keyframe_requester() = default;

  explicit keyframe_requester(intervals x) : intervals_(x) {}

  /// Somebody wants a key frame.
  void request(time_point now);

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
  intervals intervals_;
  bool pending_ = false;
  bool alive_ = true; // media arrived since the last request
  time_point due_{};
  std::optional<time_point> last_sent_;
};

} // namespace troupe::rtp
