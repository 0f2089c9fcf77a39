#pragma once

#include "rtp/base/types.hpp"

#include <optional>
#include <vector>

namespace troupe::rtp {

/// Decides which packets of a stream to request again, and when (RFC 4585,
/// section 6.2.1). A missing packet is first requested after a short grace for
/// reordering, then once per round trip (at least a tick), until it arrives or
/// was requested max_retries times.
class nack_generator {
public:
  struct config {
    /// Grace for packets that are late rather than lost.
    duration reordering = std::chrono::milliseconds{10};
    /// The least time between two requests for one packet.
    duration tick = std::chrono::milliseconds{40};
    unsigned max_retries = 10;
    /// If more packets are missing, only a key frame helps.
    size_t max_missing = 1000;
  };

  nack_generator() = default;

  explicit nack_generator(const config& x) : config_(x) {}

  /// A packet arrived: all between the newest so far and it are missing, and it
  /// is not missing any more. Returns how often it was requested.
  unsigned handle_packet(int64_t sequence, time_point now);

  /// The least time until a request is answered.
  void set_round_trip_time(duration x) {
    round_trip_time_ = x;
  }

  /// Appends the sequence numbers to request now, ascending. Returns how many.
  size_t poll(time_point now, std::vector<uint16_t>& out);

  /// Returns true once after the list overflowed and was cleared.
  bool poll_gave_up();

  std::optional<time_point> poll_timeout() const;

  /// Forgets everything; the next packet is the first again.
  void reset();

  size_t missing() const {
    return missing_.size();
  }

private:
  struct entry {
    int64_t sequence = 0;
    time_point due;
    unsigned retries = 0;
  };

  config config_;
  duration round_trip_time_ = std::chrono::milliseconds{100};
  std::vector<entry> missing_; // ascending
  std::optional<int64_t> newest_;
  bool gave_up_ = false;
};

} // namespace troupe::rtp
