#pragma once

#include "net/base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace troupe::load {

class timer_wheel;

/// A timer with an action. Cancels itself when destroyed.
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

  /// When it is due; the last due time if it is not armed.
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

/// Calls timers in the order of their ticks, never early, and late by at most a
/// tick plus the caller's delay. Arming and cancelling take a few nanoseconds,
/// whatever the number of timers. The wheel must outlive its timers.
class timer_wheel {
public:
  timer_wheel(net::time_point start, net::duration tick, size_t slots = 4096);

  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  /// Arms or moves a timer. A timer that is due already is called at the next
  /// tick.
  void schedule(wheel_timer& x, net::time_point due);

  /// When the next timer may be due, at most `limit`. Scans the ticks up to
  /// there, so `limit` should be near.
  net::time_point next(net::time_point limit) const;

  /// From now on, `schedule` calls `action` if a timer is armed for before
  /// `until`, so that a thread that sleeps until then can wake sooner.
  void set_alarm(net::time_point until, std::function<void()> action) {
    alarm_until_ = until;
    alarm_ = std::move(action);
  }

  /// Removes the alarm.
  void clear_alarm() {
    alarm_until_ = net::time_point::min();
  }

  /// Calls all timers that are due by `now`. They may arm and cancel themselves
  /// and others.
  void advance(net::time_point now);

private:
  uint64_t tick_after(net::time_point x) const;

  net::time_point start_;
  net::duration tick_;
  uint64_t current_ = 0; // the last tick that was handled
  net::time_point alarm_until_ = net::time_point::min();
  std::function<void()> alarm_;
  size_t slot_count_;
  std::unique_ptr<wheel_timer[]> slots_;
};

} // namespace troupe::load
