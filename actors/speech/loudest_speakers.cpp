#include "actors/speech/loudest_speakers.hpp"

#include <algorithm>

namespace troupe::actors {

void loudest_speakers::refresh(net::time_point now) {
  if (!due_.pass(now))
    return;
  // A thread that still decides has seen all that there is to see.
  if (deciding_.test_and_set(std::memory_order_acquire))
    return;
  decide(now);
  deciding_.clear(std::memory_order_release);
}

void loudest_speakers::decide(net::time_point now) {
  auto all = entries_.load();
  auto key_of = [](const auto& x) {
    return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(x.get()));
  };
  candidates_.clear();
  for (const auto& x : *all) {
    if (!x->present.load(std::memory_order_relaxed))
      continue;
    rtp::loudness::peak peak{
        x->level.load(std::memory_order_relaxed),
        net::time_point{net::duration{x->at.load(std::memory_order_relaxed)}}};
    candidates_.push_back({key_of(x), peak.remains(now)});
  }
  engine_.handle_candidates(candidates_, now);
  for (const auto& x : *all)
    x->open.store(engine_.has_slot(key_of(x)), std::memory_order_relaxed);
}

bool loudest_speakers::leaves_out(const producer_id& which) const {
  if (!limited())
    return false;
  auto all = entries_.load();
  auto i =
      std::ranges::find_if(*all, [&](const auto& x) { return x->id == which; });
  return i != all->end() && (*i)->present.load(std::memory_order_relaxed)
         && !(*i)->open.load(std::memory_order_relaxed);
}

loudest_speakers::slot::slot(std::shared_ptr<loudest_speakers> loudest,
                             producer_id whose)
    : loudest_(std::move(loudest))
    , entry_(std::make_shared<entry>()) {
  entry_->id = std::move(whose);
  loudest_->entries_.change([this](auto& all) { all.push_back(entry_); });
}

loudest_speakers::slot::~slot() {
  loudest_->entries_.change([this](auto& all) { std::erase(all, entry_); });
}

void loudest_speakers::slot::handle_level(uint8_t level, net::time_point now) {
  loudness_.handle_level(level, now);
  const auto& peak = loudness_.latest();
  entry_->level.store(peak.level, std::memory_order_relaxed);
  entry_->at.store(peak.at.time_since_epoch().count(),
                   std::memory_order_relaxed);
  if (!levelled_) {
    levelled_ = true;
    entry_->present.store(running_, std::memory_order_relaxed);
  }
}

void loudest_speakers::slot::set_running(bool x) {
  running_ = x;
  entry_->present.store(levelled_ && running_, std::memory_order_relaxed);
}

} // namespace troupe::actors
