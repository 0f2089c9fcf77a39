#include "bench/load/report/plot.hpp"

#include "bench/load/report/statistics.hpp"
#include "bench/load/report/text_table.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace troupe::load {

namespace {

// Values by number of receivers.
using samples = std::map<double, std::vector<double>>;
using figure = std::function<std::optional<double>(const run_result&)>;
using naming = std::function<std::string(const run_result&)>;

double cores_of(const run_result& run) {
  auto found = run.parameters.find("cores");
  return found == run.parameters.end() ? 0 : found->second;
}

std::string traffic_of(const run_result& run) {
  auto found = run.labels.find("traffic");
  auto out =
      run.scenario + (found == run.labels.end() ? "" : " " + found->second);
  auto rooms = run.parameters.find("rooms");
  if (rooms != run.parameters.end() && rooms->second > 1)
    out += ", " + in_thousands(rooms->second) + " rooms";
  return out;
}

bool is_drawn(const run_result& run) {
  return !run.is_void() && run.parameters.contains("receivers");
}

// Names the lines of a chart: by cores, and by traffic and rooms if these
// differ.
naming naming_of(std::span<const run_result> runs) {
  std::set<std::string> kinds;
  for (auto& run : runs) {
    if (is_drawn(run))
      kinds.insert(traffic_of(run));
  }
  return [one = kinds.size() < 2](const run_result& run) {
    auto out = one ? "" : traffic_of(run);
    if (auto cores = cores_of(run); cores > 0)
      out += (out.empty() ? "" : ", ") + in_thousands(cores)
             + (cores == 1 ? " core" : " cores");
    return out;
  };
}

// The latency of the kind of which more packets were received.
const time_quantiles& latency_of(const run_result& run) {
  return run.video.received > run.audio.received ? run.video.latency
                                                 : run.audio.latency;
}

// Adds a line to `to` for each name, fewer cores first.
void add_series(chart& to, std::span<const run_result> runs, const naming& name,
                const figure& value) {
  std::map<std::pair<double, std::string>, samples> lines;
  for (auto& run : runs) {
    auto y = is_drawn(run) ? value(run) : std::nullopt;
    if (y)
      lines[{cores_of(run), name(run)}][run.parameters.at("receivers")]
          .push_back(*y);
  }
  for (auto& [key, by_x] : lines) {
    chart_series line;
    line.label = key.second;
    for (auto& [x, values] : by_x)
      line.points.push_back({x, median_of(std::move(values))});
    to.series.push_back(std::move(line));
  }
}

// The floor does not depend on cores: one line for each traffic.
void add_floor(chart& to, std::span<const run_result> runs) {
  std::vector<run_result> alike{runs.begin(), runs.end()};
  for (auto& run : alike)
    run.parameters.erase("cores");
  auto base = naming_of(alike);
  add_series(
      to, alike,
      [&](const run_result& run) {
        auto name = base(run);
        return name + (name.empty() ? "floor" : ", floor");
      },
      [](const run_result& run) -> std::optional<double> {
        auto ns = floor_ns_per_packet(run);
        return ns ? std::optional{*ns / 1000} : std::nullopt;
      });
}

} // namespace

std::vector<chart> scaling_charts(std::span<const run_result> runs) {
  auto name = naming_of(runs);
  auto with = [&](const char* quantile) {
    return [&name, quantile](const run_result& run) {
      auto out = name(run);
      return out + (out.empty() ? "" : ", ") + quantile;
    };
  };
  chart rate{"Throughput", "receivers", "packets/s out", {}};
  add_series(rate, runs, name, [](const run_result& run) {
    return packets_per_second(run, run.out);
  });
  chart cost{"CPU per forwarded packet", "receivers", "µs", {}};
  add_series(cost, runs, name,
             [](const run_result& run) -> std::optional<double> {
               auto ns = cpu_ns_per_packet(run);
               return ns ? std::optional{*ns / 1000} : std::nullopt;
             });
  add_floor(cost, runs);
  chart delay{"Added latency", "receivers", "ms", {}};
  add_series(delay, runs, with("p50"),
             [](const run_result& run) { return latency_of(run).p50; });
  add_series(delay, runs, with("p99"),
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
