#include "net/io/http/undelivered.hpp"

#include <utility>

// A waiting reader sets a flag and then checks the count again; the thread that
// lowers the count then checks the flag. Both are sequentially consistent, so
// at least one of the two sees the other.
namespace troupe::net {

void undelivered_total::remove(size_t octets) {
  octets_ -= octets;
  if (awaited_ && !full())
    wake_all();
}

bool undelivered_total::enlist(const std::shared_ptr<undelivered_octets>& x) {
  std::lock_guard guard{mutex_};
  awaited_ = true;
  if (!full())
    return false;
  if (!x->enlisted_.exchange(true))
    waiting_.push_back(x);
  return true;
}

void undelivered_total::wake_all() {
  std::vector<std::weak_ptr<undelivered_octets>> woken;
  {
    std::lock_guard guard{mutex_};
    awaited_ = false;
    woken.swap(waiting_);
  }
  for (const auto& weak : woken)
    if (auto x = weak.lock()) {
      x->enlisted_ = false;
      x->settle();
    }
}

undelivered_octets::~undelivered_octets() {
  total_->remove(octets_);
}

void undelivered_octets::add(size_t octets) {
  // Increment this first, so that octets_ is never below incomplete_.
  octets_ += octets;
  incomplete_ += octets;
  total_->octets_ += octets;
}

void undelivered_octets::discard(size_t octets) {
  incomplete_ -= octets;
  remove(octets);
}

void undelivered_octets::remove(size_t octets) {
  octets_ -= octets;
  total_->remove(octets);
  if (waiting_)
    settle();
}

delivery_receipt undelivered_octets::issue(size_t octets) {
  incomplete_ -= octets;
  return {this, [self = shared_from_this(), octets](void*) {
            self->remove(octets);
          }};
}

std::optional<reject_reason> undelivered_octets::must_wait() {
  auto why = limit_reached();
  if (why) {
    waiting_ = true;
    settle();
  }
  return why;
}

std::optional<reject_reason> undelivered_octets::limit_reached() const {
  const auto& limits = total_->limits_;
  size_t incomplete = incomplete_;
  size_t own = octets_;
  if (own >= incomplete + limits.per_connection)
    return reject_reason::connection_backlog;
  if (own >= limits.share && total_->full())
    return reject_reason::server_backlog;
  return std::nullopt;
}

void undelivered_octets::settle() {
  while (waiting_) {
    auto why = limit_reached();
    // The next remove() for this connection calls settle() again.
    if (why == reject_reason::connection_backlog)
      return;
    if (!why) {
      if (waiting_.exchange(false))
        resume_();
      return;
    }
    if (total_->enlist(shared_from_this()))
      return;
  }
}

} // namespace troupe::net
