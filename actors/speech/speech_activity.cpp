#include "actors/speech/speech_activity.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

/// Louder than this is speech, in -dBov. Quiet rooms are at 60 and more.
constexpr float speech = 50;

/// The weight of a packet in the smoothed level: about 200 ms at 50 packets a
/// second, so that a click does not count as speech.
constexpr float weight = 0.1f;

template <class T>
uint16_t rank_of(const std::vector<T>& sorted, size_t index) {
  // Equal values share the better rank.
  while (index > 0 && sorted[index - 1].first == sorted[index].first)
    --index;
  return static_cast<uint16_t>(std::min<size_t>(index, 0xFFFE));
}

} // namespace

void speech_activity::note_level(uint8_t level, net::time_point now) {
  auto smoothed = level_.load(std::memory_order_relaxed);
  smoothed += weight * (static_cast<float>(level) - smoothed);
  level_.store(smoothed, std::memory_order_relaxed);
  if (smoothed < speech)
    spoke_at_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

std::optional<int> speech_activity::recent_volume(net::time_point now,
                                                  net::duration window) const {
  auto spoke = spoke_at_.load(std::memory_order_relaxed);
  if (spoke == never || now.time_since_epoch().count() - spoke > window.count())
    return std::nullopt;
  return -static_cast<int>(level_.load(std::memory_order_relaxed));
}

std::optional<uint16_t> speech_activity::loudness() const {
  auto rank = loudness_.load(std::memory_order_relaxed);
  return rank == silent ? std::nullopt : std::optional{rank};
}

std::shared_ptr<speech_activity> speech_ranking::add(net::time_point now) {
  auto added = std::make_shared<speech_activity>(now);
  activities_.change([&](auto& all) { all.push_back(added); });
  return added;
}

void speech_ranking::remove(const std::shared_ptr<speech_activity>& gone) {
  activities_.change([&](auto& all) { std::erase(all, gone); });
}

void speech_ranking::refresh(net::time_point now) {
  if (!due_.pass(now))
    return;
  auto at = now.time_since_epoch().count();
  auto all = activities_.load();
  std::vector<std::pair<net::duration::rep, speech_activity*>> by_time;
  std::vector<std::pair<float, speech_activity*>> by_level;
  for (const auto& x : *all) {
    auto spoke = x->spoke_at_.load(std::memory_order_relaxed);
    auto level = x->level_.load(std::memory_order_relaxed);
    if (x->seen_.load(std::memory_order_relaxed))
      by_time.emplace_back(-std::max(spoke, x->joined_at_), x.get());
    else // video that starts ranks first until the next refresh
      x->recency_.store(0, std::memory_order_relaxed);
    if (spoke != speech_activity::never && at - spoke <= hangover.count())
      by_level.emplace_back(level, x.get());
    else
      x->loudness_.store(speech_activity::silent, std::memory_order_relaxed);
  }
  std::ranges::sort(by_time);
  std::ranges::sort(by_level);
  for (size_t i = 0; i < by_time.size(); ++i)
    by_time[i].second->recency_.store(rank_of(by_time, i),
                                      std::memory_order_relaxed);
  for (size_t i = 0; i < by_level.size(); ++i)
    by_level[i].second->loudness_.store(rank_of(by_level, i),
                                        std::memory_order_relaxed);
}

} // namespace troupe::actors
