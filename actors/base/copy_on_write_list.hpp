#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::actors {

/// A list that many threads read and few change, rarely: a reader gets the list
/// of one moment, and a writer replaces it by a changed copy. Neither waits for
/// the other's work on a list.
///
/// It is not lock-free: libstdc++ 12 guards the pointer of an
/// atomic<shared_ptr> by a spin lock that is held for the few instructions of
/// an exchange, with no allocation or copy inside. So it is read for each
/// decision (every 20 ms or less often for a room), never for each packet.
template <class T>
class copy_on_write_list {
public:
  using list = std::vector<T>;

  std::shared_ptr<const list> load() const {
    return list_.load();
  }

  /// Changes a copy; repeats that if another thread was faster.
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
