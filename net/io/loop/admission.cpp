#include "net/io/loop/admission.hpp"

#include "net/base/address_prefix.hpp"

#include <algorithm>

namespace troupe::net {

void token_bucket::refill(time_point now) {
  std::chrono::duration<double> passed = now - last_;
  if (passed.count() > 0) {
    tokens_ = std::min(burst_, tokens_ + passed.count() * rate_);
    last_ = now;
  }
}

bool token_bucket::take(time_point now) {
  if (rate_ <= 0)
    return true;
  refill(now);
  if (tokens_ < 1)
    return false;
  tokens_ -= 1;
  return true;
}

time_point token_bucket::next(time_point now) const {
  if (rate_ <= 0)
    return now;
  std::chrono::duration<double> wait{std::max(0.0, (1 - tokens_) / rate_)};
  return std::max(now, last_ + std::chrono::ceil<duration>(wait));
}

time_point token_bucket::reserve(time_point now, size_t count) {
  if (rate_ <= 0)
    return now;
  refill(now);
  tokens_ -= static_cast<double>(count) - 1;
  auto covered_at = next(now);
  tokens_ -= 1;
  return covered_at;
}

admission::entry& admission::entry_of(const socket_address& remote) {
  return entries_
      .try_emplace(
          client_network(remote),
          entry{0, {limits_.address_rate, limits_.address_burst}, nullptr})
      .first->second;
}

admission_outcome admission::decide(entry& x, time_point now) const {
  auto full = [](size_t count, size_t limit) {
    return limit != 0 && count >= limit;
  };
  if (full(connections_, limits_.max_connections))
    return admission_outcome::full;
  if (full(x.count, limits_.max_per_address))
    return admission_outcome::address_full;
  return x.bucket.take(now) ? admission_outcome::admitted
                            : admission_outcome::too_fast;
}

admission_outcome admission::admit(const socket_address& remote,
                                   time_point now) {
  std::lock_guard guard{mutex_};
  forget_idle(now);
  auto& x = entry_of(remote);
  auto outcome = decide(x, now);
  if (outcome == admission_outcome::admitted) {
    ++x.count;
    ++connections_;
  } else {
    ++refused_;
  }
  return outcome;
}

std::shared_ptr<shared_bucket>
admission::messages(const socket_address& remote) {
  std::lock_guard guard{mutex_};
  auto& x = entry_of(remote);
  if (!x.messages)
    x.messages = std::make_shared<shared_bucket>(limits_.address_message_rate,
                                                 limits_.address_message_burst);
  return x.messages;
}

void admission::release(const socket_address& remote) {
  std::lock_guard guard{mutex_};
  auto i = entries_.find(client_network(remote));
  if (i == entries_.end() || i->second.count == 0)
    return;
  --i->second.count;
  --connections_;
}

size_t admission::connections() const {
  std::lock_guard guard{mutex_};
  return connections_;
}

uint64_t admission::refused() const {
  std::lock_guard guard{mutex_};
  return refused_;
}

// An entry without connections only holds the address's connect rate; after a
// minute its bucket counts as full again.
void admission::forget_idle(time_point now) {
  if (now - last_sweep_ < std::chrono::minutes{1})
    return;
  last_sweep_ = now;
  std::erase_if(entries_, [](const auto& x) { return x.second.count == 0; });
}

} // namespace troupe::net
