#pragma once

#include "rtp/types.hpp"

#include <optional>

namespace troupe::rtp {

/// Maps the media timestamps of one or several sources to the one line of
/// timestamps that a consumer sees. Within a source, differences are kept, so
/// that after a pause the timestamp has advanced as the sender's clock did.
/// Where the source changes or its timestamps jump against the clock (the
/// sender restarted), it goes on from the last packet by the time that passed.
class timestamp_aligner {
public:
  /// More than this against the clock is a restart.
  static constexpr duration max_drift = std::chrono::seconds{10};

  timestamp_aligner(uint32_t clock_rate, uint32_t initial);

  /// The timestamp for a packet; `timestamp` is extended within its source.
  uint32_t map(uint8_t source, int64_t timestamp, time_point arrival);

  /// As map() would, changing nothing; nothing for a source that is not the
  /// current one.
  std::optional<uint32_t> peek(uint8_t source, int64_t timestamp) const;

  uint32_t clock_rate() const {
    return clock_rate_;
  }

private:
  int64_t ticks(duration x) const;

  uint32_t clock_rate_;
  uint32_t initial_;
  bool started_ = false;
  uint8_t source_ = 0;
  int64_t offset_ = 0; // output minus input
  int64_t last_input_ = 0;
  time_point last_arrival_{};
};

} // namespace troupe::rtp
