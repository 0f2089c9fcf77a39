#pragma once

#include "net/base/prefetch.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace troupe::rtp {

/// A queue in a vector that is mostly emptied before it is filled again, for
/// results between a handle_*() and the polls that follow. Allocates with the
/// first element and keeps its capacity.
template <class T>
class fifo {
public:
  /// Constructs the element in the vector, so that it is not moved twice.
  template <class U = T>
  void push(U&& x) {
    if (head_ >= most_unused && 2 * head_ >= items_.size()) {
      items_.erase(items_.begin(),
                   items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    items_.emplace_back(std::forward<U>(x));
  }

  std::optional<T> pop() {
    // A single named object, so that it is built at the caller.
    std::optional<T> x;
    if (empty())
      return x;
    x.emplace(std::move(items_[head_++]));
    if (head_ == items_.size())
      clear();
    return x;
  }

  /// The oldest; there must be one.
  T& front() {
    return items_[head_];
  }

  const T& front() const {
    return items_[head_];
  }

  /// The newest; there must be one.
  T& back() {
    return items_.back();
  }

  bool empty() const {
    return head_ == items_.size();
  }

  size_t size() const {
    return items_.size() - head_;
  }

  /// All elements, the oldest first. Valid until the next push() or pop().
  std::span<T> items() {
    return {items_.data() + head_, size()};
  }

  void clear() {
    items_.clear();
    head_ = 0;
  }

  /// Prefetches where an empty queue puts its next element.
  void prefetch() const {
    if (items_.capacity() > 0)
      net::prefetch(items_.data(), items_.data() + 1);
  }

private:
  // In a queue that is seldom empty, reuse the memory of removed elements.
  static constexpr size_t most_unused = 64;

  std::vector<T> items_;
  size_t head_ = 0;
};

} // namespace troupe::rtp
