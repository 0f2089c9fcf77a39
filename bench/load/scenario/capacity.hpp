#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/capacity_search.hpp"
#include "bench/load/scenario/run_options.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::load {

/// What a load must keep to hold, beside losing nothing.
struct capacity_limits {
  /// Added latency, p99, of audio and of video, in milliseconds.
  double latency_ms = 50;
  /// Of the CPU that the server may use: with more it is saturated.
  double cpu = 0.97;
  /// Of the packets that are planned, those that must come: a server that
  /// sends lower layers or nothing loses no packet either.
  double of_plan = 0.95;
};

struct capacity_options {
  /// In rooms at a time.
  search_range rooms;
  capacity_limits limits;
  /// Of each try; the two runs that are reported take the scenario's own.
  double step_seconds = 4;
  double step_warmup = 3;
};

/// Who could not do more. Where two tries differ the later of these counts, so
/// that the server's limit is told only where all speaks for it.
enum class limit_of : uint8_t {
  /// The most that was allowed to be tried has held.
  range,
  server,
  /// Not all got in, or there was no result.
  unclear,
  /// The generator or its machine: the server might carry more.
  generator,
};

/// "range", "server", "unclear" or "generator".
std::string_view to_string(limit_of x);

/// The same as a sentence for a person.
std::string_view describe(limit_of x);

/// Whether one run held, and if not, why and whose doing it was.
struct judgement {
  std::vector<std::string> reasons;
  limit_of whose = limit_of::range;

  bool held() const {
    return reasons.empty();
  }
};

/// Judges a finished run that was made with `options`.
judgement judge(const run_result& run, const run_options& options,
                const capacity_limits& limits);

/// One try.
struct capacity_step {
  uint32_t rooms = 0;
  judgement verdict;
  double seconds = 0;
  double packets_per_second = 0;
  /// Of a core.
  double server_cpu = 0;
  double latency_ms = 0;
};

struct capacity_result {
  std::string scenario;
  std::vector<capacity_step> steps;

  /// The most rooms that hold; 0: not even one does.
  uint32_t rooms = 0;

  /// The fewest that do not, where that was found.
  std::optional<uint32_t> border;

  limit_of limit = limit_of::range;

  /// The longer runs with so many rooms, and with half of them, rounded up;
  /// with one room the first alone.
  std::vector<run_result> runs;
};

/// Runs a scenario once. May throw: nothing came of it.
using run_load = std::function<run_result(const run_options&)>;

/// Is told of each step when it is done.
using step_listener = std::function<void(const capacity_step&)>;

/// Finds the most rooms of `options.scenario` that hold at a time, each try
/// with a run of its own, then measures for `options.seconds` with so many and
/// with half of them. Where the longer run with most does not hold twice, fewer
/// are tried.
capacity_result find_capacity(const capacity_options& how,
                              const run_options& options, const run_load& run,
                              const step_listener& tell);

/// Whether the scenario is made of rooms of which there may be any number.
bool has_capacity(std::string_view scenario);

/// `x` for a person at a terminal.
std::string to_table(const capacity_step& x);
std::string to_table(const capacity_result& x);

/// `x` as one JSON object, the longer runs as "runs".
std::string to_json(const capacity_result& x);

} // namespace troupe::load
