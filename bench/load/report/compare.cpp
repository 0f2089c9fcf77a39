#include "bench/load/report/compare.hpp"

#include "bench/load/report/comparable.hpp"
#include "bench/load/report/report_writer.hpp"
#include "bench/load/report/statistics.hpp"
#include "bench/load/report/text_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace troupe::load {

namespace {

using value_pairs = std::vector<std::pair<double, double>>;

// The 97.5 % quantiles of Student's t for 1, 2, ... degrees of freedom.
constexpr std::array t_quantiles{
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};

// For more degrees than in the table it uses the last entry, which is too
// large, so an interval is never too narrow.
double t_quantile(size_t degrees) {
  return t_quantiles[std::min(degrees, t_quantiles.size()) - 1];
}

std::optional<double> if_any(const time_quantiles& times, double value) {
  return times.samples > 0 ? std::optional{value} : std::nullopt;
}

std::optional<double> switches_per_packet(const run_result& run) {
  if (run.out.packets == 0)
    return std::nullopt;
  auto all = run.costs.voluntary_switches + run.costs.involuntary_switches;
  return static_cast<double>(all) / static_cast<double>(run.out.packets);
}

uint64_t lost_in(const run_result& run) {
  return run.audio.lost + run.video.lost;
}

// Two runs, one of each server, made one after the other.
struct pair_of_runs {
  run_result a;
  run_result b;

  bool is_void() const {
    return a.is_void() || b.is_void();
  }
};

std::string why_void(const pair_of_runs& pair) {
  auto& run = pair.a.is_void() ? pair.a : pair.b;
  return run.labels.at("side") + ": " + run.void_reasons.front();
}

// The server's name and its URL or command.
std::string description_of(const server_under_test& server) {
  auto what = server.url.empty() ? server.binary : server.url;
  for (auto& word : server.arguments)
    what += " " + word;
  return server.name + " (" + what + ")";
}

paired_ratio compare_by(const compared_metric& metric,
                        const std::vector<pair_of_runs>& pairs) {
  value_pairs values;
  for (auto& pair : pairs) {
    auto a = metric.value(pair.a);
    auto b = metric.value(pair.b);
    if (a && b)
      values.emplace_back(*a, *b);
  }
  auto out = ratio_of(values);
  out.metric = metric.name;
  out.less_is_better = metric.less_is_better;
  return out;
}

std::string verdict(const paired_ratio& x) {
  if (!x.low)
    return "too few pairs";
  if (!x.significant())
    return "no difference shown";
  return (x.ratio < 1) == x.less_is_better ? "B is better" : "A is better";
}

} // namespace

std::vector<compared_metric> default_metrics() {
  auto out_rate = [](const run_result& run) -> std::optional<double> {
    return packets_per_second(run, run.out);
  };
  return {
      {"CPU ns per packet", cpu_ns_per_packet},
      {"ratio to the floor", floor_ratio},
      {"ratio to the batched floor", batched_floor_ratio},
      {"packets/s out", out_rate, false},
      {"audio latency p50",
       [](auto& run) {
         return if_any(run.audio.latency, run.audio.latency.p50);
       }},
      {"audio latency p99",
       [](auto& run) {
         return if_any(run.audio.latency, run.audio.latency.p99);
       }},
      {"video latency p50",
       [](auto& run) {
         return if_any(run.video.latency, run.video.latency.p50);
       }},
      {"video latency p99",
       [](auto& run) {
         return if_any(run.video.latency, run.video.latency.p99);
       }},
      {"frame latency p50",
       [](auto& run) {
         return if_any(run.frame_latency, run.frame_latency.p50);
       }},
      {"frame latency p99",
       [](auto& run) {
         return if_any(run.frame_latency, run.frame_latency.p99);
       }},
      {"key-frame latency p50",
       [](auto& run) {
         return if_any(run.keyframe_latency, run.keyframe_latency.p50);
       }},
      {"key-frame latency p99",
       [](auto& run) {
         return if_any(run.keyframe_latency, run.keyframe_latency.p99);
       }},
      {"join p50",
       [](auto& run) {
         return if_any(run.join, run.join.p50);
       }},
      {"join p99",
       [](auto& run) {
         return if_any(run.join, run.join.p99);
       }},
      {"context switches per packet", switches_per_packet},
      {"octets per peer",
       [](auto& run) {
         return run.octets_per_peer;
       }},
      {"octets per consumer",
       [](auto& run) {
         return run.octets_per_consumer;
       }},
  };
}

bool paired_ratio::significant() const {
  return low && high && (*low > 1 || *high < 1);
}

paired_ratio ratio_of(const value_pairs& pairs) {
  paired_ratio out;
  std::vector<double> logs, of_a, of_b;
  for (auto [a, b] : pairs) {
    if (!(a > 0 && b > 0))
      continue;
    logs.push_back(std::log(b / a));
    of_a.push_back(a);
    of_b.push_back(b);
  }
  out.pairs = logs.size();
  out.median_a = median_of(of_a);
  out.median_b = median_of(of_b);
  if (logs.empty())
    return out;
  auto n = static_cast<double>(logs.size());
  double mean = 0;
  for (auto x : logs)
    mean += x / n;
  out.ratio = std::exp(mean);
  if (logs.size() < 3)
    return out;
  double squares = 0;
  for (auto x : logs)
    squares += (x - mean) * (x - mean);
  auto error = std::sqrt(squares / (n - 1) / n);
  auto half = t_quantile(logs.size() - 1) * error;
  out.low = std::exp(mean - half);
  out.high = std::exp(mean + half);
  return out;
}

comparison compare(const server_under_test& a, const server_under_test& b,
                   const run_once& run, size_t rounds,
                   const std::vector<compared_metric>& metrics) {
  comparison out;
  out.name_a = description_of(a);
  out.name_b = description_of(b);
  std::vector<pair_of_runs> good;
  for (size_t i = 0; i < 2 * rounds && good.size() < rounds; ++i) {
    pair_of_runs pair;
    auto make = [&](bool is_a) {
      auto& into = is_a ? pair.a : pair.b;
      into = run(is_a ? a : b);
      into.labels["side"] = is_a ? "A" : "B";
      out.runs.push_back(into);
    };
    auto a_first = i % 2 == 0;
    make(a_first);
    make(!a_first);
    if (auto why = why_incomparable(out.runs))
      throw incomparable_runs{*why};
    if (pair.is_void())
      out.left_out.push_back(why_void(pair));
    else
      good.push_back(std::move(pair));
  }
  for (auto& metric : metrics) {
    if (auto ratio = compare_by(metric, good); ratio.pairs > 0)
      out.ratios.push_back(std::move(ratio));
  }
  for (auto& pair : good) {
    out.lost_a += lost_in(pair.a);
    out.lost_b += lost_in(pair.b);
  }
  return out;
}

std::string to_table(const comparison& result) {
  text_table out;
  out.row({"B by A", "ratio", "95 % interval", "median A", "median B", "pairs",
           ""});
  for (auto& x : result.ratios) {
    auto interval =
        x.low ? in_thousands(*x.low, 3) + " to " + in_thousands(*x.high, 3)
              : std::string{"-"};
    out.row({x.metric, in_thousands(x.ratio, 3), interval,
             in_thousands(x.median_a, 3), in_thousands(x.median_b, 3),
             std::to_string(x.pairs), verdict(x)});
  }
  auto text = "A: " + result.name_a + "\nB: " + result.name_b + "\n";
  for (auto& why : result.left_out)
    text += "skipped a pair: " + why + "\n";
  return text + out.str() + "packets lost: A "
         + in_thousands(static_cast<double>(result.lost_a)) + ", B "
         + in_thousands(static_cast<double>(result.lost_b)) + "\n";
}

std::string to_json(const comparison& result) {
  report_writer out;
  out.open();
  out.member("a", result.name_a);
  out.member("b", result.name_b);
  out.list("ratios", result.ratios, [&](const paired_ratio& x) {
    out.member("metric", x.metric);
    out.member("lessIsBetter", x.less_is_better);
    out.member("pairs", x.pairs);
    out.member("ratio", x.ratio);
    out.member("low", x.low);
    out.member("high", x.high);
    out.member("medianA", x.median_a);
    out.member("medianB", x.median_b);
  });
  out.member("lostA", result.lost_a);
  out.member("lostB", result.lost_b);
  out.member("leftOut", result.left_out);
  out.list("runs", result.runs,
           [&](const run_result& run) { write_run(out, run); });
  out.close();
  return out.str();
}

} // namespace troupe::load
