#pragma once

#include "rtp/types.hpp"

#include <optional>
#include <vector>

namespace troupe::rtp {

/// Decides which packets of a stream to ask for again, and when (RFC 4585,
/// section 6.2.1). A missing packet is first asked for after a short grace for
/// reordering, then once per round trip (at least a tick), until it comes or
/// was asked for max_retries times.
class nack_generator {
public:
  struct config {
    /// Grace for packets that are late rather than lost.
    duration reordering = std::chrono::milliseconds{10};
    /// The least time between two requests for one packet.
    duration tick = std::chrono::milliseconds{40};
    unsigned max_retries = 10;
    /// With more than this many missing, only a key frame helps.
    size_t max_missing = 1000;
  };

  nack_generator() = default;

  explicit nack_generator(const config& x) : config_(x) {}

  /// A packet came: all between the newest so far and it are missing, and it
  /// itself is not any more. Returns how often it had been asked for.
  unsigned handle_packet(int64_t sequence, time_point now);

  /// How long a request takes to be answered, at least.
  void set_round_trip_time(duration x) {
    round_trip_time_ = x;
  }

  /// Appends the sequence numbers that are to be asked for now, ascending.
  /// Returns how many.
  size_t poll(time_point now, std::vector<uint16_t>& out);

  /// True once after the list overflowed and was emptied.
  bool poll_gave_up();

  std::optional<time_point> poll_timeout() const;

  /// Forgets everything; the next packet starts anew.
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
