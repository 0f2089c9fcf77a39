#pragma once

#include "net/base/time.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

namespace troupe::loop {

/// All objects of one kind, and a queue of those with pending output, in the
/// order in which they were woken. Replaces mailboxes and timers: code that
/// changes an object wakes it, and the loop drains it later, so that no call
/// re-enters its caller.
///
/// `T` has `awake`, `poll_timeout()` and `handle_timeout(now)`.
template <class T>
class wake_queue {
public:
  void add(T& x) {
    all_.insert(&x);
  }

  /// Must not be called during run() on this object.
  void remove(T& x) {
    all_.erase(&x);
    std::erase(awake_, &x);
  }

  void wake(T& x) {
    if (!std::exchange(x.awake, true))
      awake_.push_back(&x);
  }

  /// Calls `drain` for each awake object. Returns false if there was none.
  template <class F>
  bool run(F drain) {
    if (awake_.empty())
      return false;
    std::swap(awake_, running_);
    for (auto* x : running_) {
      x->awake = false;
      drain(*x);
    }
    running_.clear();
    return true;
  }

  /// Runs the timeouts that are due. Returns the time of the next one, or
  /// `latest` if that is earlier.
  net::time_point handle_timeout(net::time_point now, net::time_point latest) {
    for (auto* x : all_) {
      auto due = x->poll_timeout();
      if (due && *due <= now) {
        x->handle_timeout(now);
        wake(*x);
        due = x->poll_timeout();
      }
      if (due)
        latest = std::min(latest, *due);
    }
    return latest;
  }

  /// Calls `f` for each object.
  template <class F>
  void for_each(F f) {
    for (auto* x : all_)
      f(*x);
  }

private:
  std::unordered_set<T*> all_;
  std::vector<T*> awake_;
  std::vector<T*> running_;
};

} // namespace troupe::loop
