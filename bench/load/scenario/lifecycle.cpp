#include "bench/load/scenario/lifecycle.hpp"

#include "bench/load/scenario/bench_run.hpp"
#include "bench/load/scenario/figures.hpp"

#include <random>

namespace troupe::load {

namespace {

using clock = std::chrono::steady_clock;

/// How long the last members of a join storm may take to receive.
constexpr double storm_timeout = 20;

/// Time for memory to settle before it is measured.
constexpr double memory_settle_time = 3;

double seconds_since(clock::time_point x) {
  return std::chrono::duration<double>(clock::now() - x).count();
}

} // namespace

run_result run_storm(const run_options& options) {
  bench_run run{options, storm_plan(options.rooms, options.joins)};
  auto all = static_cast<member_index>(run.plan().members.size());
  auto speakers = options.rooms;
  run.join(0, speakers);
  run.settle({speakers, 0});
  run.sleep(options.warmup);
  client_pool_status status;
  run.measure([&] {
    auto begin = clock::now();
    run.client_pool().start_joining(speakers, all,
                                    {options.joins / options.join_seconds, 0});
    do {
      run.sleep(0.2);
      status = run.client_pool().status();
    } while ((status.waiting + status.joining + status.refused > 0
              || status.connected + status.failed < all
              || status.flowing < status.wanted)
             && seconds_since(begin) < options.join_seconds + storm_timeout);
    run.result().extra["storm_seconds"] = seconds_since(begin);
  });
  run.take_joins(speakers, all);
  auto& result = run.result();
  result.parameters["joins"] = options.joins;
  result.parameters["join_seconds"] = options.join_seconds;
  result.extra["joined"] = static_cast<double>(status.connected - speakers);
  if (status.connected < all)
    result.labels["problem"] = std::to_string(all - status.connected)
                               + " members did not join; " + status.problem;
  result.labels["traffic"] = "audio";
  return run.finish();
}

run_result run_idle(const run_options& options) {
  bench_run run{options, idle_plan(options.peers, options.size)};
  auto peers = options.peers;
  auto empty = run.resident();
  run.join(0, peers);
  run.settle({peers, 0});
  run.sleep(options.warmup);
  auto joined = run.resident();
  run.measure();
  auto& result = run.result();
  result.octets_per_peer = octets_each(empty, joined, peers);
  run.take_joins(0, peers);
  run.join(peers, static_cast<member_index>(run.plan().members.size()));
  run.settle(run.everyone());
  run.sleep(memory_settle_time);
  auto producers = run.plan().members.size() - peers;
  auto expected = joined
                  + static_cast<uint64_t>(result.octets_per_peer.value_or(0)
                                          * static_cast<double>(producers));
  result.octets_per_consumer =
      octets_each(expected, run.resident(), run.plan().consumers());
  result.extra["resident_empty"] = static_cast<double>(empty);
  result.parameters["peers"] = peers;
  return run.finish();
}

run_result run_churn(const run_options& options) {
  bench_run run{options,
                meetings_plan(options.rooms, options.size, options.video)};
  run.join_all();
  std::mt19937_64 random{options.seed};
  std::uniform_int_distribution<member_index> anyone{
      0, static_cast<member_index>(run.plan().members.size() - 1)};
  uint64_t changes = 0;
  uint64_t failures = 0;
  auto change_for = [&](double seconds) {
    auto begin = clock::now();
    while (seconds_since(begin) < seconds) {
      run.sleep(1 / options.changes_per_second);
      failures += run.client_pool().replace(anyone(random)) ? 0 : 1;
      ++changes;
    }
  };
  // Churn has filled the allocator's caches before the first measurement.
  change_for(options.warmup);
  run.settle(run.everyone());
  run.sleep(memory_settle_time);
  auto first = run.resident();
  changes = failures = 0;
  run.measure([&] { change_for(options.seconds); });
  run.settle(run.everyone());
  run.sleep(memory_settle_time);
  auto last = run.resident();
  auto& result = run.result();
  // A member that is joining at the end is silent, which is no failure.
  result.extra.erase("silent_consumers");
  result.extra["changes"] = static_cast<double>(changes);
  result.extra["failed_joins"] = static_cast<double>(failures);
  result.extra["resident_first"] = static_cast<double>(first);
  result.extra["resident_last"] = static_cast<double>(last);
  if (first)
    result.extra["resident_growth"] =
        static_cast<double>(last) / static_cast<double>(first) - 1;
  result.labels["traffic"] =
      options.video ? to_string(*options.video) : to_string(traffic::audio);
  return run.finish();
}

} // namespace troupe::load
