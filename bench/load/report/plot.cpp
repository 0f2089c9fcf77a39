#include "bench/load/report/plot.hpp"

#include "bench/load/report/statistics.hpp"
#include "bench/load/report/text_table.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace troupe::load {

namespace {

// Values measured at one place, by receivers.
using samples = std::map<double, std::vector<double>>;
using figure = std::function<double(const run_result&)>;

std::string label_of(double cores) {
  if (cores == 0)
    return "";
  return in_thousands(cores) + (cores == 1 ? " core" : " cores");
}

// Of whichever kind there is more: what most of the receivers' packets met.
const time_quantiles& latency_of(const run_result& run) {
  return run.video.received > run.audio.received ? run.video.latency
                                                 : run.audio.latency;
}

// Adds a line to `to` for each number of cores.
void add_series(chart& to, std::span<const run_result> runs,
                const std::string& suffix, const figure& value) {
  std::map<double, samples> by_cores;
  for (auto& run : runs) {
    auto at = run.parameters.find("receivers");
    if (run.is_void() || at == run.parameters.end())
      continue;
    auto cores = run.parameters.find("cores");
    auto group = cores == run.parameters.end() ? 0 : cores->second;
    by_cores[group][at->second].push_back(value(run));
  }
  for (auto& [cores, places] : by_cores) {
    chart_series line;
    line.label = label_of(cores);
    if (!suffix.empty())
      line.label += line.label.empty() ? suffix : ", " + suffix;
    for (auto& [x, values] : places)
      line.points.push_back({x, median_of(std::move(values))});
    to.series.push_back(std::move(line));
  }
}

} // namespace

std::vector<chart> scaling_charts(std::span<const run_result> runs) {
  chart rate{"Throughput of one room", "receivers", "packets/s out", {}};
  add_series(rate, runs, "", [](const run_result& run) {
    return packets_per_second(run, run.out);
  });
  chart cost{"CPU per forwarded packet", "receivers", "µs", {}};
  add_series(cost, runs, "", [](const run_result& run) {
    return cpu_ns_per_packet(run).value_or(0) / 1000;
  });
  chart delay{"Added latency", "receivers", "ms", {}};
  add_series(delay, runs, "p50",
             [](const run_result& run) { return latency_of(run).p50; });
  add_series(delay, runs, "p99",
             [](const run_result& run) { return latency_of(run).p99; });
  return {std::move(rate), std::move(cost), std::move(delay)};
}

std::vector<double> axis_ticks(double largest, size_t count) {
  if (!(largest > 0) || !std::isfinite(largest))
    return {0, 1};
  auto rough = largest / static_cast<double>(std::max<size_t>(count, 1));
  auto power = std::pow(10, std::floor(std::log10(rough)));
  auto step = 10 * power;
  for (auto factor : {1, 2, 5}) {
    if (factor * power >= rough * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> out{0};
  while (out.back() < largest * (1 - 1e-9))
    out.push_back(step * static_cast<double>(out.size()));
  return out;
}

} // namespace troupe::load
