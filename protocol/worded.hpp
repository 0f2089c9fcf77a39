#pragma once

#include "protocol/verbs.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::protocol {

/// A text that the connections share which it goes to.
using shared_text = std::shared_ptr<const std::string>;

/// Something that many connections are told alike, with what their dialects
/// make of it: each text is made once, by whoever needs it first, and belongs
/// to all. In a room of a thousand that is one encoding instead of a thousand.
///
/// Any number of threads may ask at a time. Where two make the same text at
/// once, both are right and one is used from then on; nobody waits.
template <class T>
class worded : public std::enable_shared_from_this<worded<T>> {
public:
  explicit worded(T what) : what_(std::move(what)) {}

  worded(const worded&) = delete;

  ~worded() {
    for (auto* x = newest_.load(std::memory_order_acquire); x;)
      delete std::exchange(x, x->older);
  }

  const T& what() const {
    return what_;
  }

  /// The text in the words of `speaker`: any address that stands for a dialect
  /// and nothing else. `make` returns it where nobody has made it yet. The
  /// object must be owned by a shared_ptr.
  template <class F>
  shared_text text(const void* speaker, F make) const {
    const auto* known = newest_.load(std::memory_order_acquire);
    for (const auto* x = known; x; x = x->older)
      if (x->speaker == speaker)
        return {this->shared_from_this(), &x->text};
    auto mine =
        std::make_unique<wording>(wording{speaker, make(), newest_.load()});
    while (!newest_.compare_exchange_weak(mine->older, mine.get(),
                                          std::memory_order_acq_rel))
      continue;
    return {this->shared_from_this(), &mine.release()->text};
  }

private:
  struct wording {
    const void* speaker;
    std::string text;
    wording* older;
  };

  const T what_;
  mutable std::atomic<wording*> newest_{nullptr};
};

/// An event of a room.
using worded_event = worded<any_event>;

/// Everybody in a room, in the order in which they came.
using worded_participants = worded<std::vector<participant>>;

} // namespace troupe::protocol
