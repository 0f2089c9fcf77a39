#pragma once

#include "bench/load/report/affinity.hpp"
#include "bench/load/report/process_meter.hpp"
#include "bench/load/report/run_result.hpp"
#include "bench/load/report/send_meter.hpp"
#include "bench/load/report/server_process.hpp"
#include "bench/load/scenario/client_pool.hpp"
#include "bench/load/scenario/run_options.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

namespace troupe::load {

/// A run without any result: the server does not start, or members cannot join.
class run_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The flags with which a run launches a server.
std::vector<std::string> server_flags(const run_options& all);

/// Raises this process's limit of open files to the maximum allowed.
void raise_file_limit();

/// One server and its client pool, and the steps of scenarios. Use it on a
/// thread that outlives it: the launched server dies with the thread.
class bench_run {
public:
  /// Launches the server, unless one runs already. Throws run_error.
  bench_run(const run_options& options, scenario_plan plan);

  ~bench_run();

  load::client_pool& client_pool() {
    return *client_pool_;
  }

  const scenario_plan& plan() const {
    return plan_;
  }

  /// The state to reach before a run continues.
  struct expectation {
    size_t members = 0;
    size_t consumers = 0;
    bool media = true;
  };

  /// Waits until that many members have joined and connected, with that many
  /// consumers, and (with media) until all consumers that should receive do.
  /// Throws run_error after `options.join_timeout`, or if a member fails.
  void settle(const expectation& x);

  /// Lets members `first` to `last` join, a few at a time.
  void join(member_index first, member_index last);

  /// Lets all members join, and settles; without `media` it does not wait until
  /// every consumer receives.
  void join_all(bool media = true);

  /// All members of the plan.
  expectation everyone() const {
    return {plan_.members.size(), plan_.consumers(), true};
  }

  void sleep(double seconds);

  /// Measures while `body` runs; by default, for `options.seconds`. Sets flows,
  /// deliveries, costs and void reasons.
  void measure(const std::function<void()>& body);
  void measure();

  /// The address of the server's signaling.
  const server_address& address() const {
    return address_;
  }

  /// The server process's usage so far; nothing if the process is not known.
  std::optional<process_sample> sample(with_memory memory = with_memory::no);

  /// The server's resident memory in octets; 0 if the process is not known.
  uint64_t resident();

  /// Takes the join times from those members only.
  void take_joins(member_index first, member_index last);

  /// Ends all clients, stops the server and measures the floors.
  run_result finish();

  /// The result so far; scenarios add their own figures.
  run_result& result() {
    return result_;
  }

private:
  void launch();
  void note_sends(const std::optional<send_counters>& before,
                  const std::optional<send_counters>& after);
  void describe();
  void check_flow(net::time_point end);
  // The present batched floor in nanoseconds; nothing if the plan has none.
  std::optional<double> measure_batched();

  const run_options& options_;
  scenario_plan plan_;
  run_result result_;
  std::optional<server_process> server_;
  std::optional<core_guard> cores_; // for the generator
  server_address address_;
  pid_t pid_ = 0;
  std::unique_ptr<load::client_pool> client_pool_;
};

} // namespace troupe::load
