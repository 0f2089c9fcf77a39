#include "bench/load/scenario/whep.hpp"

#include "bench/load/scenario/bench_run.hpp"
#include "bench/load/scenario/figures.hpp"

namespace troupe::load {

namespace {

/// How long the server may take to confirm the ends of all sessions, in
/// seconds.
constexpr double ending_timeout = 20;

// Ends all sessions. Sets how many of them the server has confirmed.
void end_sessions(bench_run& run, member_index first, member_index last) {
  run.client_pool().leave(first, last);
  constexpr double step = 0.05;
  size_t ended = 0;
  for (double waited = 0; waited < ending_timeout; waited += step) {
    ended = run.client_pool().left();
    if (ended == last - first)
      break;
    run.sleep(step);
  }
  run.result().extra["sessions_ended"] = static_cast<double>(ended);
  if (ended < last - first)
    run.result().labels["problem"] = std::to_string(last - first - ended)
                                     + " sessions were not ended by DELETE";
}

} // namespace

run_result run_whep(const run_options& options) {
  if (!options.video && !options.audio)
    throw run_error{"whep needs video or audio"};
  bench_run run{options,
                whep_plan(options.receivers, options.video, options.audio)};
  const auto all = static_cast<member_index>(run.plan().members.size());
  // There is nothing to watch before.
  run.join(0, 1);
  run.settle({1, 0});
  const auto before = run.resident();
  run.join(1, all);
  run.settle(run.everyone());
  auto& result = run.result();
  if (const auto each = octets_each(before, run.resident(), options.receivers))
    result.extra["resident_per_viewer"] = *each;
  run.sleep(options.warmup);
  run.measure();
  if (const auto cost = cpu_ms_per_second(result, options.receivers))
    result.extra["cpu_ms_per_viewer_second"] = *cost;
  run.take_joins(1, all);
  end_sessions(run, 1, all);
  result.parameters["receivers"] = options.receivers;
  result.labels["traffic"] =
      options.video ? to_string(*options.video) : to_string(traffic::audio);
  return run.finish();
}

} // namespace troupe::load
