#include "actors/base/failure_watch.hpp"
#include "actors/base/log.hpp"
#include "actors/recording/recording_actor_state.hpp"
#include "protocol/json/shared_screen.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace troupe::actors {

namespace {

/// How often a disk that is too slow to answer is looked after.
constexpr auto tick_interval = std::chrono::seconds{1};

// UTC as 20261124T231500Z, and the id.
std::string folder_name(const recording_config& x) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(x.started_at);
  const auto when = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  ::gmtime_r(&when, &parts);
  std::array<char, 32> text;
  const auto size =
      std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
  return std::string{text.data(), size} + "-" + to_slug(x.id.str());
}

manifest to_manifest(const recording_config& x) {
  manifest out;
  out.id = x.id;
  out.room = x.room;
  out.room_sid = x.room_sid;
  out.title = x.title;
  out.by = x.by;
  out.by_name = x.by_name;
  out.started_at = x.started_at;
  return out;
}

} // namespace

// -- start -------------------------------------------------------------------

recording_actor_state::~recording_actor_state() {
  if (auto* figures = counters())
    --figures->going_on;
  recorders.for_each_producer([this](const auto& x) { self->demonitor(x); });
}

recording_actor::behavior_type
recording_actor_state::make_behavior(recording_config cfg) {
  settings = std::move(cfg);
  start = now();
  folder = settings.services->directory + "/" + to_slug(settings.room.str())
           + "/" + folder_name(settings);
  keeper.emplace(to_manifest(settings));
  if (auto* figures = counters())
    ++figures->going_on;
  if (settings.listener)
    listener_monitor.begin(self, settings.listener);
  self->set_error_handler([](caf::error&) {});
  self->set_exception_handler(to_error);
  self->set_down_handler([this](const caf::down_msg& x) {
    handle_down(x);
    drain();
  });
  drain();
  return {
      [this](const part_reported& x) {
        handle(x);
        drain();
      },
      [this](const part_degraded& x) {
        handle(x);
        drain();
      },
      [this](const part_failed& x) {
        handle(x);
        drain();
      },
      [this](const record_producer& x) { record(x); },
      [this](const forget_recorded_peer& x) { stop_recorders(x.peer); },
      [this](const recorded_peer_joined& x) {
        keeper->handle_join(x.peer, x.name, since_start());
        drain();
      },
      [this](const recorded_peer_left& x) {
        keeper->handle_leave(x.peer, since_start());
        stop_recorders(x.peer);
        drain();
      },
      [this](const recorded_speaker_changed& x) {
        keeper->handle_speaker(x.peer, since_start());
        drain();
      },
      [this](const finish_recording& x) {
        finish(x.why);
        drain();
      },
      [this](const get_recording_manifest&) {
        return keeper->at(since_start());
      },
      [this](const manifest_saved& x) {
        saving = false;
        if (x.why)
          fail(x.why);
        drain();
      },
      [this](const disk_free_measured& x) {
        handle(x);
        drain();
      },
      [this](const recording_tick&) {
        timer.fired(now());
        drain();
      },
  };
}

// -- members and producers ---------------------------------------------------

void recording_actor_state::record(const record_producer& x) {
  const auto& info = x.entry.facts.info;
  const auto& producer = x.entry.handles.producer;
  if (ending || recorders.has(producer))
    return;
  const auto source = protocol::is_shared_screen(info.app_data)
                          ? recording_source::screen
                          : recording_source::camera;
  const auto key = recorder_key{info.peer, source};
  auto to = recorders.find(key, info.kind);
  if (!to)
    to = spawn(key);
  recorders.add_producer(to, producer, info);
  self->monitor(producer);
  self->send(to, x);
}

recorder_actor recording_actor_state::spawn(const recorder_key& whose) {
  auto out = spawn_recorder(
      self->system(),
      {.peer = whose.peer,
       .source = whose.source,
       .services = settings.services,
       .folder = folder,
       .stem = recorders.make_stem(whose),
       .title = settings.title,
       .start = start,
       .started_at = settings.started_at,
       .listener = caf::actor_cast<recorder_listener_actor>(self)});
  self->monitor(out);
  recorders.add(whose, out);
  return out;
}

void recording_actor_state::stop_recorders(const peer_id& whose) {
  for (const auto& x : recorders.stop(&whose))
    self->send(x, stop_recorder{});
  recorders.take_producers(whose,
                           [this](const auto& x) { self->demonitor(x); });
}

void recording_actor_state::handle_down(const caf::down_msg& x) {
  if (settings.listener && x.source == settings.listener.address())
    return finish(recording_end::room_ended);
  const auto file = recorders.last_file(x.source);
  if (!recorders.remove(x.source))
    return recorders.remove_producer(x.source);
  if (!x.reason || x.reason == caf::exit_reason::normal)
    return;
  log::event(log::level::error, "recorder-failed",
             {{"recording", settings.id.str()},
              {"why", self->system().render(x.reason)},
              {"then", "its file ends; the recording goes on"}});
  repair(file);
}

// -- after every message -----------------------------------------------------

void recording_actor_state::drain() {
  if (!ending && keeper->full())
    finish(recording_end::too_large);
  if (ending && !described && recorders.empty() && repairs == 0) {
    described = true;
    keeper->finish(std::string{to_string(*ending)}, is_failure(*ending),
                   since_start());
  }
  if (!saving && keeper->changed() && (described || now() >= save_due))
    save();
  if (ending
      && ((described && !saving && !keeper->changed()) || now() >= finish_due))
    return report_end();
  if (!ending && !measuring && now() >= measure_due)
    measure_free();
  auto due = ending ? finish_due : std::max(measure_due, now() + tick_interval);
  if (!saving && keeper->changed())
    due = std::min(due, save_due);
  timer.arm(self, due, recording_tick{});
}

recording_actor spawn_recording(caf::actor_system& system, recording_config x) {
  return system.spawn(
      [cfg = std::move(x)](
          recording_actor::stateful_pointer<recording_actor_state>
              self) mutable {
        return self->state.make_behavior(std::move(cfg));
      });
}

bool is_failure(recording_end x) {
  return x == recording_end::disk_full || x == recording_end::disk_failed
         || x == recording_end::internal;
}

std::string_view to_string(recording_end x) {
  switch (x) {
    case recording_end::stopped:
      return "stopped";
    case recording_end::room_ended:
      return "room-ended";
    case recording_end::disk_full:
      return "disk-full";
    case recording_end::disk_failed:
      return "disk-failed";
    case recording_end::too_large:
      return "too-large";
    case recording_end::shutdown:
      return "shutdown";
    case recording_end::internal:
      break;
  }
  return "internal";
}

} // namespace troupe::actors
