#include "bench/load/scenario/overload.hpp"

#include "bench/load/scenario/bench_run.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

using clock = std::chrono::steady_clock;

/// How long each step of increasing load lasts, in seconds.
constexpr double step_seconds = 4;

/// How long to observe recovery, and at which interval, in seconds.
constexpr double recovery_timeout = 15;
constexpr double recovery_slice = 0.5;

/// The figures of receivers in an interval.
struct span_figures {
  double packets_per_second = 0;
  uint64_t audio_lost = 0;
};

span_figures watch(bench_run& run, double seconds) {
  run.client_pool().reset_figures();
  auto begin = clock::now();
  run.sleep(seconds);
  auto seen = run.client_pool().figures().media;
  auto passed = std::chrono::duration<double>(clock::now() - begin).count();
  return {static_cast<double>(seen.rtp_in.packets) / passed,
          seen.audio.sequence.lost};
}

// Seconds until receivers get the initial rate again, with all audio.
std::optional<double> recover(bench_run& run, double wanted) {
  auto begin = clock::now();
  for (;;) {
    auto x = watch(run, recovery_slice);
    auto passed = std::chrono::duration<double>(clock::now() - begin).count();
    if (x.packets_per_second >= 0.95 * wanted && x.audio_lost == 0)
      return passed - recovery_slice;
    if (passed > recovery_timeout)
      return std::nullopt;
  }
}

/// The result of increasing the load.
struct ascent {
  double first = 0; // packets/s with what fits
  double peak = 0;
};

// All members have joined: more and more of them send.
ascent begin_sending(bench_run& run, const run_options& options,
                     member_index some, member_index all) {
  auto& client_pool = run.client_pool();
  run.join(0, all);
  auto everyone = run.everyone();
  everyone.media = false;
  run.settle(everyone);
  client_pool.set_sending(0, some, true);
  run.sleep(options.warmup);
  ascent out;
  out.first = out.peak = watch(run, step_seconds).packets_per_second;
  // Increases by half of the number that fits.
  auto more = std::max(1u, some / 2);
  for (auto sending = some + more; sending < all; sending += more) {
    client_pool.set_sending(0, sending, true);
    out.peak = std::max(out.peak, watch(run, step_seconds).packets_per_second);
  }
  client_pool.set_sending(0, all, true);
  run.sleep(1);
  return out;
}

// Some members have joined, and the others try to join.
ascent begin_joining(bench_run& run, const run_options& options,
                     member_index some, member_index all) {
  auto& client_pool = run.client_pool();
  run.join(0, some);
  while (client_pool.status().ready < some)
    run.sleep(0.1);
  run.sleep(options.warmup);
  ascent out;
  out.first = out.peak = watch(run, step_seconds).packets_per_second;
  client_pool.start_joining(some, all, {options.joins_per_second, 0});
  auto joining_seconds =
      static_cast<double>(all - some) / options.joins_per_second;
  for (auto left = joining_seconds + step_seconds; left > 0; left -= 1) {
    out.peak = std::max(out.peak, watch(run, 1).packets_per_second);
    client_pool.status(); // lets refused members retry
  }
  return out;
}

} // namespace

run_result run_overload(const run_options& options) {
  bench_run run{options, meetings_plan(options.rooms * options.factor,
                                       options.size, options.video)};
  auto& client_pool = run.client_pool();
  auto all = static_cast<member_index>(run.plan().members.size());
  auto some = options.rooms * options.size;
  auto [first, peak] = options.by_joining
                           ? begin_joining(run, options, some, all)
                           : begin_sending(run, options, some, all);
  run.measure([&] {
    for (auto left = options.seconds; left > 0; left -= 0.5) {
      run.sleep(std::min(left, 0.5));
      if (options.by_joining)
        client_pool.status();
    }
  });
  auto inside = client_pool.status();
  client_pool.set_sending(some, all, false);
  auto recovery = recover(run, first);
  auto& result = run.result();
  auto under_load = packets_per_second(result, result.out);
  peak = std::max(peak, under_load);
  result.extra["goodput_first"] = first;
  result.extra["goodput_peak"] = peak;
  result.extra["goodput_overload"] = under_load;
  result.extra["goodput_of_peak"] = peak > 0 ? under_load / peak : 0;
  if (result.audio.expected > 0)
    result.extra["audio_lost_share"] =
        static_cast<double>(result.audio.lost)
        / static_cast<double>(result.audio.expected);
  if (recovery)
    result.extra["recovery_seconds"] = *recovery;
  if (options.by_joining) {
    result.extra["members_in"] = static_cast<double>(inside.ready);
    result.labels["arrival"] = "joining";
  }
  result.parameters["factor"] = options.factor;
  result.labels["traffic"] = to_string(options.video.value_or(traffic::audio));
  return run.finish();
}

} // namespace troupe::load
