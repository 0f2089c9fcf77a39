#pragma once

#include "actors/load/load_monitor.hpp"

#include <vector>

namespace troupe::test {

using namespace actors;
using namespace std::chrono_literals;

inline constexpr load_sample idle{};
inline constexpr load_sample full_cpu{1.0, 1ms, 0};
inline constexpr load_sample late{0.8, 30ms, 0}; // above the newcomer threshold
inline constexpr load_sample very_late{1.0, 80ms,
                                       0}; // twice the shedding threshold

/// A monitor with a clock, and a record of its changes.
struct watch {
  explicit watch(load_monitor::marks x = {}) : monitor(x) {}

  void feed(const load_sample& x) {
    now += load_monitor::interval;
    monitor.handle_sample(x, now);
    while (auto change = monitor.poll_change())
      changes.push_back({now, *change});
  }

  void feed(const load_sample& x, net::duration time) {
    for (net::duration t{}; t < time; t += load_monitor::interval)
      feed(x);
  }

  /// The time that samples like `x` must last until the level is `wanted`.
  net::duration until(overload_level wanted, const load_sample& x) {
    auto begin = now;
    while (level() != wanted && now - begin < 60s)
      feed(x);
    return now - begin;
  }

  overload_level level() const {
    return monitor.state().level;
  }

  struct entry {
    net::time_point at;
    overload_change what;
  };

  load_monitor monitor;
  net::time_point now{};
  std::vector<entry> changes;
};

} // namespace troupe::test
