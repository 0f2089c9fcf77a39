#pragma once

#include "actors/interval_gate.hpp"
#include "actors/snapshot_list.hpp"
#include "net/base/time.hpp"

#include <atomic>
#include <limits>
#include <memory>
#include <optional>

namespace troupe::actors {

/// How one member of a room has been heard. Written by whoever receives the
/// member's audio (writers that meet lose an update, no more), read by all who
/// decide about the member's video.
class voice {
public:
  explicit voice(net::time_point joined)
      : joined_at_(joined.time_since_epoch().count()) {}

  /// A packet of the member's audio says how loud it is: RFC 6464, section 3,
  /// 0 is the loudest and 127 is silence, in -dBov.
  void note_level(uint8_t level, net::time_point now);

  /// How loud it is in dBov, where it has spoken within `window`; nothing
  /// where it has not.
  std::optional<int> heard(net::time_point now, net::duration window) const;

  /// Whether the member sends video; it does unless this was called.
  void set_seen(bool x) {
    seen_.store(x, std::memory_order_relaxed);
  }

  /// How many others of those who send video spoke after this one did; joining
  /// counts as speaking.
  uint16_t recency() const {
    return recency_.load(std::memory_order_relaxed);
  }

  /// How many others are louder; nothing where this one is silent.
  std::optional<uint16_t> loudness() const;

private:
  friend class room_voices;

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

/// The voices of a room and who comes before whom among them. The room adds
/// and removes; anybody may refresh. Ranks and levels are read and written
/// without locks; for the list of voices see snapshot_list.
class room_voices {
public:
  /// How long after the last word one is silent.
  static constexpr net::duration hangover = std::chrono::seconds{2};

  /// Adds a member who has just joined.
  std::shared_ptr<voice> add(net::time_point now);

  void remove(const std::shared_ptr<voice>& gone);

  /// Ranks all voices anew, unless somebody did within half a second: to be
  /// called before ranks are used, as often as one likes.
  void refresh(net::time_point now);

private:
  static constexpr net::duration interval = std::chrono::milliseconds{500};

  snapshot_list<std::shared_ptr<voice>> voices_;
  interval_gate due_{interval};
};

} // namespace troupe::actors
