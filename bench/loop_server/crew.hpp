#pragma once

#include "net/base/time.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

namespace troupe::loop {

/// All objects of one kind, and those among them that have something to hand
/// on, in the order in which they were woken. In place of mailboxes and timers:
/// whoever changes an object wakes it, and the loop drains it later, so that no
/// call comes back to its caller.
///
/// `T` has `awake`, `poll_timeout()` and `handle_timeout(now)`.
template <class T>
class crew {
public:
  void add(T& x) {
    all_.insert(&x);
  }

  /// Not to be called while run() is under way on this crew.
  void remove(T& x) {
    all_.erase(&x);
    std::erase(awake_, &x);
  }

  void wake(T& x) {
    if (!std::exchange(x.awake, true))
      awake_.push_back(&x);
  }

  /// Calls `drain` for each that is awake now. False where none was.
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

  /// Runs the timeouts that are due. Returns when the next one is, at `latest`
  /// at the latest.
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

  /// Calls `f` for each.
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
