#include "bench/load/media/packet_spacing.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::load {

std::string_view to_string(arrivals x) {
  return x == arrivals::spaced ? "spaced" : "burst";
}

std::optional<arrivals> arrivals_from(std::string_view name) {
  if (name == "spaced")
    return arrivals::spaced;
  if (name == "burst")
    return arrivals::burst;
  return std::nullopt;
}

packet_spacing::packet_spacing(const arrival_config& cfg, uint64_t seed)
    : config_(cfg)
    , random_(seed) {}

net::time_point packet_spacing::plan(net::time_point ready) {
  if (config_.arrivals == arrivals::burst)
    return ready;
  slot_ = std::max(ready, free_);
  auto range = static_cast<uint32_t>(config_.jitter.count());
  auto jitter = std::chrono::nanoseconds{random_.below(range)};
  planned_ = std::max(planned_, slot_ + jitter);
  return planned_;
}

void packet_spacing::occupy(size_t octets) {
  if (config_.arrivals == arrivals::burst)
    return;
  auto ns = static_cast<double>(octets) * 8e9 / config_.uplink;
  free_ = slot_ + std::chrono::nanoseconds{std::llround(ns)};
}

} // namespace troupe::load
