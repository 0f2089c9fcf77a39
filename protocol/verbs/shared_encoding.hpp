#pragma once

#include "protocol/verbs/verbs.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::protocol {

/// A text shared by the connections that send it.
using shared_text = std::shared_ptr<const std::string>;

/// An event or list that many connections send, with its encoding in each
/// dialect. The first connection that needs an encoding makes it, and all share
/// it: one for a room of a thousand members instead of a thousand.
///
/// Thread-safe and lock-free. If two threads make the same text at once, each
/// returns its own, and later callers share one of them.
template <class T>
class shared_encoding
    : public std::enable_shared_from_this<shared_encoding<T>> {
public:
  explicit shared_encoding(T what) : what_(std::move(what)) {}

  shared_encoding(const shared_encoding&) = delete;

  ~shared_encoding() {
    for (auto* x = newest_.load(std::memory_order_acquire); x;)
      delete std::exchange(x, x->older);
  }

  const T& what() const {
    return what_;
  }

  /// The encoding for `key`: any address that is unique to a dialect. Calls
  /// `make` if the encoding does not exist yet. The object must be owned by a
  /// shared_ptr.
  template <class F>
  shared_text text(const void* key, F make) const {
    const auto* known = newest_.load(std::memory_order_acquire);
    for (const auto* x = known; x; x = x->older)
      if (x->key == key)
        return {this->shared_from_this(), &x->text};
    auto mine = std::make_unique<entry>(entry{key, make(), newest_.load()});
    while (!newest_.compare_exchange_weak(mine->older, mine.get(),
                                          std::memory_order_acq_rel))
      continue;
    return {this->shared_from_this(), &mine.release()->text};
  }

private:
  struct entry {
    const void* key;
    std::string text;
    entry* older;
  };

  const T what_;
  mutable std::atomic<entry*> newest_{nullptr};
};

/// An event of a room, with its encodings.
using shared_event_encoding = shared_encoding<any_event>;

/// All members of a room, in the order in which they joined.
using shared_participants_encoding = shared_encoding<std::vector<participant>>;

} // namespace troupe::protocol
