#include "rtp/audio/loudest_n.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

constexpr auto by_loudness = [](const auto& a, const auto& b) {
  return a.loudness < b.loudness;
};

} // namespace

void loudest_n::handle_candidates(std::span<const candidate> all,
                                  time_point now) {
  candidates_.assign(all.begin(), all.end());
  std::erase_if(holders_, [this](holder& x) {
    auto i = std::ranges::find(candidates_, x.sender.key, &candidate::key);
    if (i == candidates_.end())
      return true;
    x.sender = *i;
    candidates_.erase(i);
    return false;
  });
  // The loudest first. A candidate beyond the last slot cannot get one.
  auto wanted = std::min(candidates_.size(), config_.slots);
  std::ranges::partial_sort(
      candidates_, candidates_.begin() + static_cast<ptrdiff_t>(wanted),
      [](auto& a, auto& b) { return by_loudness(b, a); });
  for (size_t i = 0; i < wanted; ++i) {
    const auto& next = candidates_[i];
    if (holders_.size() < config_.slots) {
      holders_.push_back({next, {}});
      continue;
    }
    auto* weakest = quietest_holder(now);
    if (!weakest || next.loudness < weakest->sender.loudness + config_.lead)
      return;
    *weakest = {next, now + config_.tenure};
  }
}

loudest_n::holder* loudest_n::quietest_holder(time_point now) {
  holder* out = nullptr;
  for (auto& x : holders_)
    if (now >= x.safe_until && (!out || by_loudness(x.sender, out->sender)))
      out = &x;
  return out;
}

bool loudest_n::has_slot(uint64_t key) const {
  return std::ranges::any_of(
      holders_, [&](const holder& x) { return x.sender.key == key; });
}

} // namespace troupe::rtp
