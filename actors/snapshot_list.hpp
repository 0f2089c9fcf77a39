#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::actors {

/// A list that many threads read and few change, seldom: who reads has the list
/// of one moment, and who changes it puts another in its place. Without locks.
template <class T>
class snapshot_list {
public:
  using list = std::vector<T>;

  std::shared_ptr<const list> load() const {
    return list_.load();
  }

  /// Changes a copy; again where somebody else was faster.
  template <class Change>
  void change(Change f) {
    auto before = list_.load();
    for (;;) {
      auto next = std::make_shared<list>(*before);
      f(*next);
      if (list_.compare_exchange_weak(before, std::move(next)))
        return;
    }
  }

private:
  std::atomic<std::shared_ptr<const list>> list_{
      std::make_shared<const list>()};
};

} // namespace troupe::actors
