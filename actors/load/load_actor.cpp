#include "actors/load/load_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/failure_watch.hpp"
#include "actors/base/log.hpp"

#include <caf/stateful_actor.hpp>

#include <cmath>

namespace troupe::actors {

namespace {

/// How often free memory is returned to the system while memory is short.
constexpr auto release_interval = std::chrono::seconds{10};

struct load_state {
  using pointer = load_actor::stateful_pointer<load_state>;

  static inline const char* name = "load";

  explicit load_state(pointer self_ptr) : self(self_ptr) {}

  load_actor::behavior_type make_behavior(load_settings x);

  // Passes the load since the last call to the monitor.
  void sample();

  // The memory in use; if that is too much, free memory is returned first.
  double read_memory();

  // Publishes the monitor's decisions, and arms the timer.
  void drain();

  void report(const overload_change& x);

  pointer self;
  load_settings settings;
  std::unique_ptr<load_monitor> monitor;
  net::time_point sampled_at;
  net::duration cpu_time{};
  std::optional<net::time_point> released_at;
  overload_state_board::refusals reported;
  actor_timer timer;
};

load_actor::behavior_type load_state::make_behavior(load_settings x) {
  settings = std::move(x);
  monitor = std::make_unique<load_monitor>(settings.marks);
  self->set_error_handler([](caf::error&) {});
  self->set_exception_handler(to_error);
  sampled_at = self->clock().now();
  cpu_time = settings.cpu_time();
  monitor->handle_sample({}, sampled_at);
  drain();
  return {
      [this](const load_tick&) {
        timer.fired(self->clock().now());
        sample();
        drain();
      },
  };
}

void load_state::sample() {
  auto now = self->clock().now();
  auto used = settings.cpu_time();
  auto seen = settings.board->gauges().take();
  auto span = std::chrono::duration<double>(now - sampled_at).count();
  auto busy = std::chrono::duration<double>(used - cpu_time).count();
  auto cpu = span > 0 ? busy / (span * settings.cores) : 0;
  sampled_at = now;
  cpu_time = used;
  monitor->handle_sample(
      {cpu, seen.delay, seen.dropped, seen.limited_consumers, read_memory()},
      now);
}

double load_state::read_memory() {
  if (!settings.memory)
    return 0;
  auto share = settings.memory();
  auto now = self->clock().now();
  if (share < settings.marks.memory || settings.marks.memory <= 0
      || !settings.release_memory
      || (released_at && now - *released_at < release_interval))
    return share;
  released_at = now;
  settings.release_memory();
  return settings.memory();
}

void load_state::drain() {
  settings.board->publish(monitor->state(), monitor->refuses_newcomers());
  while (auto change = monitor->poll_change())
    report(*change);
  settings.board->publish_coalescing(monitor->coalescing());
  settings.board->publish_cpu(monitor->cpu());
  timer.arm(self, monitor->poll_timeout(), load_tick{});
}

void load_state::report(const overload_change& x) {
  auto rises = x.to.level > x.from.level;
  auto another = x.to.level != x.from.level;
  auto at = !another ? log::level::debug
            : rises  ? log::level::warn
                     : log::level::info;
  if (!log::enabled(at))
    return;
  auto refused = settings.board->refused();
  std::string why;
  auto add = [&](bool above, const char* what) {
    if (above)
      why += (why.empty() ? "" : ",") + std::string{what};
  };
  add(x.by_cpu, "cpu");
  add(x.by_delay, "delay");
  add(x.by_memory, "memory");
  log::event(
      at, another ? "overload-level" : "overload-share",
      {{"level", std::string{to_string(x.to.level)}},
       {"before", std::string{to_string(x.from.level)}},
       {"share-percent",
        std::to_string(100 * x.to.share / overload_state::whole)},
       {"above-mark", why.empty() ? "none" : why},
       {"cpu-percent", std::to_string(std::lround(100 * x.cpu))},
       {"delay-ms",
        std::to_string(
            std::chrono::duration_cast<std::chrono::milliseconds>(x.delay)
                .count())},
       {"memory-percent", std::to_string(std::lround(100 * x.memory))},
       {"packets-dropped", std::to_string(x.dropped)},
       {"rooms-refused", std::to_string(refused.rooms - reported.rooms)},
       {"joins-refused", std::to_string(refused.members - reported.members)},
       {"consumers-refused",
        std::to_string(refused.consumers - reported.consumers)},
       {"newcomers-waiting",
        std::to_string(settings.board->counters().line.waiting.load(
            std::memory_order_relaxed))}});
  reported = refused;
}

} // namespace

load_monitor::marks to_marks(const config::overload_keys& in) {
  return {in.cpu / 100.0, in.delay, in.shed_delay, in.coalescing,
          in.memory / 100.0};
}

load_actor spawn_load(caf::actor_system& system, load_settings settings) {
  auto own_thread = settings.own_thread;
  auto run = [cfg = std::move(settings)](load_state::pointer self) {
    return self->state.make_behavior(cfg);
  };
  return own_thread ? system.spawn<caf::detached>(run) : system.spawn(run);
}

} // namespace troupe::actors
