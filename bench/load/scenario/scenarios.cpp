#include "bench/load/scenario/scenarios.hpp"

#include "bench/load/scenario/bench_run.hpp"
#include "bench/load/scenario/lifecycle.hpp"
#include "bench/load/scenario/overload.hpp"
#include "bench/load/scenario/signal.hpp"
#include "bench/load/scenario/signaling_load.hpp"
#include "bench/load/scenario/whep.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

// Scenarios with steady flows: all members join, then the measurement runs.
run_result run_media(const run_options& options) {
  bench_run run{options, plan_of(options)};
  run.join_all();
  run.sleep(options.warmup);
  run.measure();
  auto out = run.finish();
  out.labels["traffic"] = options.video ? to_string(*options.video) : "audio";
  if (options.scenario == "broadcast" || options.scenario == "webinar")
    out.parameters["receivers"] = options.receivers;
  if (options.scenario == "lossy") {
    out.parameters["loss"] = options.loss;
    out.labels["lost"] = "includes the losses of the simulated links";
    out.parameters["delay_ms"] = static_cast<double>(options.delay.count());
  }
  return out;
}

run_result run_class(const run_options& options) {
  bench_run run{options, plan_of(options)};
  auto rotate = [&](uint32_t room, uint32_t step) {
    if (options.by_server)
      run.client_pool().rotate_speakers(room, step);
    else if (step > 0)
      run.client_pool().rotate(room, step);
  };
  run.join_all(!options.by_server);
  for (uint32_t room = 0; room < options.rooms; ++room)
    rotate(room, 0);
  run.sleep(options.warmup);
  run.measure([&] {
    // One room after the other, since classes are independent.
    auto turn = options.rotation_seconds / options.rooms;
    uint32_t turns = 0;
    // Ignores the rounding error of the last turn.
    constexpr auto least = 1e-3;
    for (auto left = options.seconds; left > least;) {
      auto pause = std::min(left, turn);
      run.sleep(pause);
      left -= pause;
      if (left > least)
        rotate(turns % options.rooms, turns / options.rooms + 1);
      ++turns;
    }
  });
  auto out = run.finish();
  if (options.by_server) {
    // Members who speak do not receive themselves: slightly less than `heard`.
    auto members = static_cast<double>(run.plan().members.size());
    out.extra["voices_per_member"] =
        static_cast<double>(out.audio.received) / (out.seconds * 50 * members);
    out.labels["chosen"] = "by the server";
  }
  out.parameters["students"] = options.students;
  out.parameters["listeners"] = options.listeners;
  out.parameters["rotation_seconds"] = options.rotation_seconds;
  out.labels["traffic"] = to_string(*options.video);
  return out;
}

scenario_plan room_of(const run_options& x) {
  auto video = x.video.value_or(traffic::v600);
  if (x.scenario == "webinar")
    return webinar_plan(x.speakers, x.receivers);
  if (x.scenario == "class")
    return class_plan(x.students, x.listeners, x.heard, x.seen, video,
                      x.by_server);
  if (x.scenario == "large")
    return large_plan(x.size, x.low, x.heard);
  return broadcast_plan(x.receivers, video, x.audio);
}

run_options with(void (*change)(run_options&)) {
  run_options out;
  change(out);
  return out;
}

void have_viewers(run_options& x) {
  x.receivers = 1'000;
  x.audio = true;
}

} // namespace

scenario_plan plan_of(const run_options& x) {
  if (x.scenario == "meetings" || x.scenario == "lossy")
    return meetings_plan(x.rooms, x.size, x.video);
  return repeated(room_of(x), x.rooms);
}

const std::vector<scenario_entry>& all_scenarios() {
  static const std::vector<scenario_entry> entries{
      {"broadcast", "one sends to many", {}, run_media},
      {"whep", "one sends to many viewers by WHEP", with(have_viewers),
       run_whep},
      {"webinar", "some members speak to each other and to many",
       with([](run_options& x) {
         x.receivers = 50;
         x.video.reset();
       }),
       run_media},
      {"meetings", "rooms in which all send to all", {}, run_media},
      {"class", "a teacher, students that take turns, and listeners",
       with([](run_options& x) { x.seconds = 60; }), run_class},
      {"large", "one large room in which all send simulcast",
       with([](run_options& x) {
         x.size = 50;
         x.video = traffic::sim3;
       }),
       run_media},
      {"lossy", "meetings over lossy links", with([](run_options& x) {
         x.loss = 0.05;
         x.delay = std::chrono::milliseconds{30};
       }),
       run_media},
      {"join-storm", "many clients join many rooms at once",
       with([](run_options& x) { x.rooms = 50; }), run_storm},
      {"idle", "many connected members that send nothing",
       with([](run_options& x) {
         x.size = 10;
         x.seconds = 30;
         x.warmup = 5;
       }),
       run_idle},
      {"signal", "requests and their events to the rooms",
       with([](run_options& x) { x.peers = 210; }), run_signal},
      {"hall", "one very large room with signaling only",
       with([](run_options& x) {
         x.peers = 1'000;
         x.seconds = 6;
         x.floor = false;
       }),
       run_signaling_load},
      {"churn", "meetings whose members leave and join",
       with([](run_options& x) {
         x.seconds = 3'600;
         x.warmup = 20;
         x.video.reset();
         x.rooms = 5;
       }),
       run_churn},
      {"overload", "more load than fits, and back", with([](run_options& x) {
         x.rooms = 4;
         x.video = traffic::sim3;
         x.warmup = 5;
       }),
       run_overload},
  };
  return entries;
}

const scenario_entry* find_scenario(std::string_view name) {
  const auto& all = all_scenarios();
  auto x = std::ranges::find_if(
      all, [&](const auto& entry) { return entry.name == name; });
  return x == all.end() ? nullptr : &*x;
}

run_result run_scenario(const run_options& options) {
  const auto* entry = find_scenario(options.scenario);
  if (!entry)
    throw run_error{"no such scenario: " + options.scenario};
  return entry->run(options);
}

} // namespace troupe::load
