#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::actors {

/// A list that many threads read and few change, seldom: a reader gets the list
/// of one moment, and a writer puts a changed copy in its place. Neither waits
/// for the other's work on a list.
///
/// It is not lock-free: libstdc++ 12 guards the pointer of an
/// atomic<shared_ptr> by a spin lock that is held for the few instructions of
/// an exchange, with no allocation or copy inside. So readers come here for
/// each decision (every 20 ms or seldomer for a room), never for each packet.
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
