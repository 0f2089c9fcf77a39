#pragma once

#include "actors/base/copy_on_write_list.hpp"
#include "actors/base/interval_limiter.hpp"
#include "net/base/time.hpp"

#include <atomic>
#include <limits>
#include <memory>
#include <optional>

namespace troupe::actors {

/// The speech activity of one member of a room. Written by the threads that
/// receive the member's audio (concurrent writers lose an update at most), read
/// by all that decide about the member's video.
class speech_activity {
public:
  explicit speech_activity(net::time_point joined)
      : joined_at_(joined.time_since_epoch().count()) {}

  /// Notes the level of a packet of the member's audio (RFC 6464, section 3): 0
  /// is the loudest and 127 is silence, in -dBov.
  void note_level(uint8_t level, net::time_point now);

  /// The level in dBov if the member has spoken within `window`, otherwise
  /// nothing.
  std::optional<int> recent_volume(net::time_point now,
                                   net::duration window) const;

  /// Sets whether the member sends video; initially it counts as sending.
  void set_seen(bool x) {
    seen_.store(x, std::memory_order_relaxed);
  }

  /// How many other members that send video spoke after this one did; joining
  /// counts as speaking.
  uint16_t recency() const {
    return recency_.load(std::memory_order_relaxed);
  }

  /// How many other members are louder; nothing if this one is silent.
  std::optional<uint16_t> loudness() const;

private:
  friend class speech_ranking;

  static constexpr uint16_t silent = 0xFFFF;

  static constexpr net::duration::rep never =
      std::numeric_limits<net::duration::rep>::min();

  const net::duration::rep joined_at_;
  std::atomic<net::duration::rep> spoke_at_{never};
  std::atomic<float> level_{127}; // smoothed
  std::atomic<bool> seen_{true};
  std::atomic<uint16_t> recency_{0};
  std::atomic<uint16_t> loudness_{silent};
};

/// The speech activity of a room's members, and their ranks. The room adds and
/// removes members; any thread may refresh. Ranks and levels are read and
/// written without locks; for the list see copy_on_write_list.
class speech_ranking {
public:
  /// How long after its last speech a member counts as silent.
  static constexpr net::duration hangover = std::chrono::seconds{2};

  /// Adds a member that has just joined.
  std::shared_ptr<speech_activity> add(net::time_point now);

  void remove(const std::shared_ptr<speech_activity>& gone);

  /// Ranks all members anew, unless that was done within half a second. Cheap
  /// enough to be called before each use of the ranks.
  void refresh(net::time_point now);

private:
  static constexpr net::duration interval = std::chrono::milliseconds{500};

  copy_on_write_list<std::shared_ptr<speech_activity>> activities_;
  interval_limiter due_{interval};
};

} // namespace troupe::actors
