#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/capacity_search.hpp"
#include "bench/load/scenario/run_options.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::load {

/// The limits within which a load holds, besides losing no packet.
struct capacity_limits {
  /// The p99 of added latency, of audio and of video, in milliseconds.
  double latency_ms = 50;
  /// The share of its CPU above which the server is saturated.
  double cpu = 0.97;
  /// The share of planned packets that must arrive: a server that sends lower
  /// layers or nothing loses no packet either.
  double of_plan = 0.95;
};

struct capacity_options {
  /// The number of rooms at a time.
  search_range rooms;
  capacity_limits limits;
  /// For each try; the two reported runs use the scenario's own.
  double step_seconds = 4;
  double step_warmup = 3;
};

/// The cause of the limit. If tries at one load differ, the last of these
/// values counts, so the server is named only if no try contradicts it.
enum class limit_cause : uint8_t {
  /// The highest load allowed has held.
  range,
  server,
  /// Not all members could join, or there was no result.
  unclear,
  /// The generator or its machine: the server might carry more.
  generator,
};

/// "range", "server", "unclear" or "generator".
std::string_view to_string(limit_cause x);

/// The cause as a sentence for the user.
std::string_view describe(limit_cause x);

/// Whether one run held, and if not, why and due to which cause.
struct judgement {
  std::vector<std::string> reasons;
  limit_cause cause = limit_cause::range;

  bool held() const {
    return reasons.empty();
  }
};

/// Judges a finished run that was made with `options`.
judgement judge(const run_result& run, const run_options& options,
                const capacity_limits& limits);

/// One try of the search.
struct capacity_step {
  uint32_t rooms = 0;
  judgement verdict;
  double seconds = 0;
  double packets_per_second = 0;
  /// In cores.
  double server_cpu = 0;
  double latency_ms = 0;
};

struct capacity_result {
  std::string scenario;
  std::vector<capacity_step> steps;

  /// The highest number of rooms that hold; 0 if not even one does.
  uint32_t rooms = 0;

  /// The lowest number of rooms that failed, if there is one.
  std::optional<uint32_t> border;

  limit_cause limit = limit_cause::range;

  /// The longer runs with that many rooms, and with half of them, rounded up;
  /// with one room only the first.
  std::vector<run_result> runs;
};

/// Runs a scenario once. May throw if there is no result.
using run_load = std::function<run_result(const run_options&)>;

/// Called after each step.
using step_listener = std::function<void(const capacity_step&)>;

/// Finds the highest number of rooms of `options.scenario` that hold at a time,
/// with one run per try, then measures for `options.seconds` with that number
/// and with half of it. If the longer run fails twice, the search continues
/// with fewer rooms.
capacity_result find_capacity(const capacity_options& how,
                              const run_options& options, const run_load& run,
                              const step_listener& on_step);

/// Whether the scenario consists of rooms whose number may vary.
bool has_capacity(std::string_view scenario);

/// `x` as a table for a terminal.
std::string to_table(const capacity_step& x);
std::string to_table(const capacity_result& x);

/// `x` as one JSON object, with the longer runs as "runs".
std::string to_json(const capacity_result& x);

} // namespace troupe::load
