#pragma once

#include "rtp/base/types.hpp"

#include <optional>

namespace troupe::rtp {

/// Turns any number of requests for a key frame into few: one per min_interval
/// in the long run, up to `burst` sooner than that, repeated every
/// retry_interval until a key frame arrives. A request while another is pending
/// costs nothing. While no media arrives the link is dead: repetition stops and
/// continues with the next packet.
class keyframe_requester {
public:
  struct intervals {
    using milliseconds = std::chrono::duration<uint16_t, std::milli>;

    milliseconds min_interval{1000};
    milliseconds retry_interval{1000};
    /// Up to `burst` requests may be sent, `spacing` apart, before each must
    /// wait for its min_interval: for clients that just missed the key frame.
    uint8_t burst = 1;
    milliseconds spacing{0};
  };

  keyframe_requester() = default;

  explicit keyframe_requester(intervals x) : intervals_(x) {}

  /// A key frame is wanted.
  void request(time_point now);

  /// Forgets all requests and when they were sent: their receivers could get
  /// nothing at that time.
  void forget() {
    *this = keyframe_requester{intervals_};
  }

  /// A packet of the stream arrived.
  void handle_packet();

  /// A key frame began to arrive: all requests are fulfilled.
  void handle_keyframe();

  /// True once each time that a request must be sent.
  bool poll(time_point now);

  std::optional<time_point> poll_timeout() const;

  /// Whether a key frame was requested and has not arrived.
  bool pending() const {
    return pending_;
  }

private:
  time_point earliest() const;

  // Each packet touches the first two only.
  bool pending_ = false;
  bool alive_ = true; // media arrived since the last request
  bool sent_ = false; // any request, at last_sent_
  intervals intervals_;
  time_point due_{};
  time_point last_sent_{};
  time_point covered_until_{}; // when all requests sent have had their interval
};

static_assert(sizeof(keyframe_requester) <= 40, "of each consumer");

} // namespace troupe::rtp
