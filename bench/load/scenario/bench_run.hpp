#pragma once

#include "bench/load/report/affinity.hpp"
#include "bench/load/report/process_meter.hpp"
#include "bench/load/report/run_result.hpp"
#include "bench/load/report/send_meter.hpp"
#include "bench/load/report/server_process.hpp"
#include "bench/load/scenario/crew.hpp"
#include "bench/load/scenario/run_options.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

namespace troupe::load {

/// A run that cannot say anything: no server, or nobody gets in.
class run_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Raises the limit of open files of this process to what it may have.
void raise_file_limit();

/// One server and one crew, and the steps that scenarios are made of. Call it
/// on a thread that outlives it: the launched server dies with the thread.
class bench_run {
public:
  /// Launches the server where one is to be launched. Throws run_error.
  bench_run(const run_options& options, scenario_plan plan);

  ~bench_run();

  load::crew& crew() {
    return *crew_;
  }

  const scenario_plan& plan() const {
    return plan_;
  }

  /// Who must be there before a run goes on.
  struct expectation {
    size_t members = 0;
    size_t consumers = 0;
    bool media = true;
  };

  /// Waits until that many members are in and connected, with that many
  /// consumers, and (with media) every consumer that should receive does.
  /// Throws run_error after `options.join_timeout`, or where a member fails.
  void settle(const expectation& x);

  /// Lets members `first` to `last` join, some at a time.
  void join(member_index first, member_index last);

  /// Lets all members join, and settles; without `media` it does not wait until
  /// every consumer receives.
  void join_all(bool media = true);

  /// Everyone in the plan.
  expectation everyone() const {
    return {plan_.members.size(), plan_.consumers(), true};
  }

  void sleep(double seconds);

  /// Measures while `body` runs; by default, for `options.seconds`. Fills in
  /// flows, deliveries, costs and reasons.
  void measure(const std::function<void()>& body);
  void measure();

  /// Where the server's signaling listens.
  const server_address& address() const {
    return address_;
  }

  /// What the server's process has used so far; nothing where it is not known.
  std::optional<process_sample> sample(with_memory memory = with_memory::no);

  /// The server's resident memory now, in octets; 0 where it is not known.
  uint64_t resident();

  /// Sets the times of joining by those members alone.
  void take_joins(member_index first, member_index last);

  /// Everyone leaves, the server is stopped, the floor is taken.
  run_result finish();

  /// What is told so far; scenarios add their own.
  run_result& result() {
    return result_;
  }

private:
  void launch();
  void note_sends(const std::optional<send_counters>& before,
                  const std::optional<send_counters>& after);
  void describe();
  void check_flow(net::time_point end);

  const run_options& options_;
  scenario_plan plan_;
  run_result result_;
  std::optional<server_process> server_;
  std::optional<core_guard> cores_; // those of the generator
  server_address address_;
  pid_t pid_ = 0;
  std::unique_ptr<load::crew> crew_;
};

} // namespace troupe::load
