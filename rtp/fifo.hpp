#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::rtp {

/// A queue on a vector that is mostly emptied before it is filled again: what
/// engines hold between a handle_*() and the polls that follow. Takes no memory
/// while nothing was ever queued, and keeps its room otherwise.
template <class T>
class fifo {
public:
  /// Constructed in its place, so that what is pushed is not moved twice.
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
    // One object all the way, so that it is built where the caller has it.
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

  void clear() {
    items_.clear();
    head_ = 0;
  }

private:
  // Where it is seldom empty, room of what is gone is used again.
  static constexpr size_t most_unused = 64;

  std::vector<T> items_;
  size_t head_ = 0;
};

} // namespace troupe::rtp
