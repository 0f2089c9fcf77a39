#pragma once

#include "net/base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace troupe::load {

class timer_wheel;

/// Something to be called at a time. Cancels itself when destroyed.
class wheel_timer {
public:
  explicit wheel_timer(std::function<void(net::time_point due)> action)
      : action_(std::move(action)) {}

  wheel_timer(const wheel_timer&) = delete;
  wheel_timer& operator=(const wheel_timer&) = delete;

  ~wheel_timer() {
    cancel();
  }

  void cancel();

  bool armed() const {
    return previous_ != nullptr;
  }

  /// When it is due; the last time where it is not armed.
  net::time_point due() const {
    return due_;
  }

private:
  friend class timer_wheel;

  wheel_timer() = default; // the head of a list

  void link_before(wheel_timer& x);

  wheel_timer* previous_ = nullptr;
  wheel_timer* next_ = nullptr;
  net::time_point due_{};
  uint64_t tick_ = 0;
  std::function<void(net::time_point)> action_;
};

/// Calls timers in order of their ticks, never early and at most a tick late
/// by itself. Arming and cancelling cost the same few nanoseconds however many
/// there are. The wheel outlives its timers.
class timer_wheel {
public:
  timer_wheel(net::time_point start, net::duration tick, size_t slots = 4096);

  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  /// Arms a timer, or moves one that is armed. What is due already comes with
  /// the next tick.
  void schedule(wheel_timer& x, net::time_point due);

  /// When the next timer may be due, at most `limit`. Looks at the ticks up to
  /// there: keep it near.
  net::time_point next(net::time_point limit) const;

  /// From now on, `schedule` calls `action` where a timer is armed for before
  /// `until`: whoever sleeps until then must wake sooner.
  void set_alarm(net::time_point until, std::function<void()> action) {
    alarm_until_ = until;
    alarm_ = std::move(action);
  }

  /// No alarm any more.
  void clear_alarm() {
    alarm_until_ = net::time_point::min();
  }

  /// Calls all timers that are due by `now`. They may arm and cancel others,
  /// and themselves.
  void advance(net::time_point now);

private:
  uint64_t tick_after(net::time_point x) const;

  net::time_point start_;
  net::duration tick_;
  uint64_t current_ = 0; // the last tick that was dealt with
  net::time_point alarm_until_ = net::time_point::min();
  std::function<void()> alarm_;
  size_t slot_count_;
  std::unique_ptr<wheel_timer[]> slots_;
};

} // namespace troupe::load
