#include "bench/load/report/run_result.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::load {

namespace {

// The smallest value that is not below the share `share` of all values.
double nearest_rank(const std::vector<double>& sorted, double share) {
  auto rank = std::ceil(share * static_cast<double>(sorted.size()) - 1e-9);
  auto index = static_cast<size_t>(std::max(rank, 1.0)) - 1;
  return sorted[std::min(index, sorted.size() - 1)];
}

std::optional<double> ratio_to(const run_result& run, size_t fan_out) {
  auto cost = cpu_ns_per_packet(run);
  auto least = floor_ns_per_packet(run, fan_out);
  if (!cost || !least || *least <= 0)
    return std::nullopt;
  return *cost / *least;
}

} // namespace

time_quantiles quantiles_of(std::vector<double> milliseconds) {
  if (milliseconds.empty())
    return {};
  std::ranges::sort(milliseconds);
  return {milliseconds.size(), nearest_rank(milliseconds, 0.5),
          nearest_rank(milliseconds, 0.99), nearest_rank(milliseconds, 0.999),
          milliseconds.back()};
}

server_costs costs_of(const process_usage& usage, uint64_t resident) {
  auto ns = [](std::chrono::nanoseconds x) {
    return static_cast<uint64_t>(x.count());
  };
  server_costs out;
  out.cpu_ns = ns(usage.cpu);
  out.user_ns = ns(usage.user);
  out.system_ns = ns(usage.system);
  out.voluntary_switches = usage.voluntary_switches;
  out.involuntary_switches = usage.involuntary_switches;
  for (auto& x : usage.by_name)
    out.threads[x.name] += ns(x.cpu);
  out.resident = resident;
  return out;
}

double packets_per_second(const run_result& run, const flow_totals& flow) {
  return run.seconds > 0 ? static_cast<double>(flow.packets) / run.seconds : 0;
}

double gigabits_per_second(const run_result& run, const flow_totals& flow) {
  if (run.seconds <= 0)
    return 0;
  return static_cast<double>(flow.octets) * 8 / run.seconds / 1e9;
}

std::optional<double> cpu_ns_per_packet(const run_result& run) {
  if (run.out.packets == 0)
    return std::nullopt;
  return static_cast<double>(run.costs.cpu_ns)
         / static_cast<double>(run.out.packets);
}

std::optional<double> floor_ns_per_packet(const run_result& run,
                                          size_t fan_out) {
  auto received = run.audio.received + run.video.received;
  if (!run.floor || received == 0)
    return std::nullopt;
  double sum = 0;
  auto add = [&](const delivery& kind, size_t octets) {
    if (kind.received == 0)
      return true;
    auto* figure = run.floor->find(octets, fan_out);
    if (figure != nullptr)
      sum += figure->median_ns * static_cast<double>(kind.received);
    return figure != nullptr;
  };
  if (!add(run.audio, audio_octets) || !add(run.video, video_octets))
    return std::nullopt;
  return sum / static_cast<double>(received);
}

std::optional<double> floor_ratio(const run_result& run) {
  return ratio_to(run, 1);
}

std::optional<double> fanout_floor_ratio(const run_result& run) {
  size_t widest = 1;
  if (run.floor) {
    for (auto& figure : run.floor->figures)
      widest = std::max(widest, figure.fan_out);
  }
  return widest > 1 ? ratio_to(run, widest) : std::nullopt;
}

std::optional<double> batched_floor_ns_per_packet(const run_result& run) {
  return run.batched_floor ? run.batched_floor->ns() : std::nullopt;
}

std::optional<double> batched_floor_ratio(const run_result& run) {
  auto cost = cpu_ns_per_packet(run);
  auto least = batched_floor_ns_per_packet(run);
  return cost && least ? std::optional{*cost / *least} : std::nullopt;
}

} // namespace troupe::load
