#include "rtp/send/layer_rates.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace troupe::rtp {

namespace {

/// The weight of the newest interval: a key frame must not look like a new
/// rate.
constexpr float weight = 0.3f;

/// A rate that has changed by no more than this part counts as the same.
constexpr float small_change = 0.125f;

} // namespace

void layer_rates::handle_batch(std::span<const media_packet> batch,
                               time_point now) {
  if (rows_.empty())
    since_ = now;
  if (now - since_ >= interval)
    take_rates(now);
  for (const auto& x : batch) {
    auto which = size_t{std::max(x.encoding, x.spatial_id)};
    if (which >= max_spatial || x.temporal_id >= max_temporal)
      continue;
    stacked_ = stacked_ || x.spatial_id > 0;
    if (which >= rows_.size())
      rows_.resize(which + 1);
    auto& to = rows_[which];
    to.octets[x.temporal_id] += static_cast<uint32_t>(x.packet.size());
    to.temporal =
        std::max(to.temporal, static_cast<uint8_t>(x.temporal_id + 1));
    to.last = now;
    to.seen = true;
  }
}

void layer_rates::take_rates(time_point now) {
  auto seconds = std::chrono::duration<float>(now - since_).count();
  for (auto& x : rows_) {
    if (!x.seen || now - x.last > patience)
      continue;
    // After a gap the rate is unknown.
    auto gap = now - since_ > patience;
    x.samples += x.samples < 3 && !gap;
    auto part = std::max(weight, 1.0f / static_cast<float>(x.samples));
    for (size_t i = 0; i < max_temporal; ++i) {
      auto bps = static_cast<float>(x.octets[i]) * 8 / seconds;
      x.octets[i] = 0;
      if (!gap)
        x.bps[i] += part * (bps - x.bps[i]);
    }
  }
  since_ = now;
}

uint64_t layer_rates::bps(layers x) const {
  if (rows_.empty())
    return 0;
  auto last = std::min<size_t>(x.spatial, rows_.size() - 1);
  auto sum = 0.0f;
  for (auto i = stacked_ && !keyed_ ? size_t{0} : last; i <= last; ++i)
    for (size_t j = 0; j <= std::min<size_t>(x.temporal, max_temporal - 1); ++j)
      sum += rows_[i].bps[j];
  return static_cast<uint64_t>(sum);
}

uint8_t layer_rates::temporal(uint8_t spatial) const {
  return spatial < rows_.size() ? rows_[spatial].temporal : uint8_t{1};
}

bool layer_rates::alive(uint8_t spatial, time_point now) const {
  return spatial < rows_.size() && rows_[spatial].seen
         && now - rows_[spatial].last <= patience;
}

bool layer_rates::known(uint8_t spatial) const {
  return spatial < rows_.size() && rows_[spatial].samples > 0;
}

bool layer_rates::poll_changed(time_point now) {
  bool changed = false;
  for (size_t i = 0; i < rows_.size(); ++i) {
    auto& x = rows_[i];
    auto which = static_cast<uint8_t>(i);
    auto sum = std::accumulate(x.bps.begin(), x.bps.end(), 0.0f);
    auto present = summary{sum, x.temporal, alive(which, now), known(which)};
    const auto& before = x.polled;
    if (present.temporal == before.temporal && present.alive == before.alive
        && present.known == before.known
        && std::abs(present.bps - before.bps) <= before.bps * small_change)
      continue;
    x.polled = present;
    changed = true;
  }
  return changed;
}

} // namespace troupe::rtp
