#include "net/io/http/connection_registry.hpp"

#include <vector>

namespace troupe::net {

closable::~closable() {
  set_->remove(this);
}

void connection_registry::add(const std::shared_ptr<closable>& x) {
  bool stopping;
  {
    std::lock_guard guard{mutex_};
    all_.emplace(x.get(), x);
    stopping = stopping_;
  }
  if (stopping)
    x->shut_down(false);
}

void connection_registry::remove(const closable* x) {
  // Notify while locked: the waiter may destroy this set right after.
  std::lock_guard guard{mutex_};
  all_.erase(x);
  changed_.notify_all();
}

void connection_registry::shut_down(bool at_once) {
  std::vector<std::shared_ptr<closable>> all;
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
    for (auto& [key, weak] : all_)
      if (auto x = weak.lock())
        all.push_back(std::move(x));
  }
  for (auto& x : all)
    x->shut_down(at_once);
}

bool connection_registry::wait_until_empty(duration timeout) {
  std::unique_lock guard{mutex_};
  return changed_.wait_for(guard, timeout, [this] { return all_.empty(); });
}

size_t connection_registry::size() const {
  std::lock_guard guard{mutex_};
  return all_.size();
}

bool connection_registry::stopping() const {
  std::lock_guard guard{mutex_};
  return stopping_;
}

} // namespace troupe::net
