#include "actors/base/failure_watch.hpp"
#include "actors/recording/recorder_state.hpp"
#include "actors/transport/signaling_to_engine.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

/// How often the growth of a file is reported.
constexpr auto report_interval = std::chrono::seconds{2};

} // namespace

recorder_state::~recorder_state() {
  // Producers may outlive this actor, and would keep what is left of it.
  for (const auto& [id, x] : sources)
    self->demonitor(x.producer.address());
}

recorder_actor::behavior_type
recorder_state::make_behavior(recorder_config cfg) {
  settings = std::move(cfg);
  engine.emplace(source_recorder::config{
      settings.start, settings.title, settings.started_at.time_since_epoch()});
  self->set_error_handler([](caf::error&) {});
  self->set_exception_handler(to_error);
  self->set_down_handler([this](const caf::down_msg& down) {
    remove(down.source);
    drain();
  });
  return {
      [this](const media_arrived& x) {
        take(x);
        drain();
      },
      [](const packets_restored&) {},
      [this](const packets_replayed& x) {
        engine->handle_replay(static_cast<uint64_t>(x.consumer), *x.packets,
                              now());
        drain();
      },
      [this](const source_reported& x) {
        engine->handle_sender_report(static_cast<uint64_t>(x.producer),
                                     x.report, now());
        drain();
      },
      [this](const producer_paused& x) {
        engine->handle_pause(static_cast<uint64_t>(x.producer), x.paused,
                             now());
        drain();
      },
      [](const producer_score_changed&) {},
      [this](const record_producer& x) {
        add(x);
        drain();
      },
      [this](const stop_recorder&) {
        stop();
        drain();
      },
      [this](const file_closed& x) {
        handle(x);
        drain();
      },
      [this](const recorder_tick&) {
        timer.fired(now());
        engine->handle_timeout(now());
        drain();
      },
  };
}

// -- producers ---------------------------------------------------------------

void recorder_state::add(const record_producer& x) {
  const auto& [facts, handles] = x.entry;
  const auto id = handles.producer->id();
  const auto sent = to_receiver(facts.info.kind, facts.sent, facts.info.paused);
  if (stopping || sources.contains(id)
      || !rtp::frame_builder::supports(sent.codec))
    return;
  remove(sent.kind);
  auto gauge = std::make_shared<in_flight_gauge>(max_waiting_recorded_batches);
  sources.emplace(id, source{handles.producer, sent.kind});
  self->monitor(handles.producer);
  rtp::track_recorder::config config;
  config.kind = sent.kind;
  config.codec = sent.codec;
  config.clock_rate = sent.clock_rate;
  config.extensions = sent.extensions;
  engine->add_track(id, std::move(config), facts.sent.rtcp.cname,
                    facts.info.paused, now());
  const auto me = caf::actor_cast<media_sink_actor>(self);
  self->send(handles.producer, subscribe{me, std::move(gauge), true});
  if (sent.kind != rtp::media_kind::video)
    return;
  const auto layers =
      std::max<size_t>(sent.encodings.size(), sent.layout.spatial_layers);
  self->send(handles.producer, layers_wanted{static_cast<uint8_t>(layers - 1)});
  self->send(handles.producer,
             start_wanted{me, consumer_key{id},
                          static_cast<uint8_t>(sent.encodings.size() - 1)});
}

void recorder_state::remove(const caf::actor_addr& gone) {
  for (auto i = sources.begin(); i != sources.end(); ++i)
    if (i->second.producer.address() == gone) {
      engine->end_track(i->first, now());
      sources.erase(i);
      return;
    }
}

void recorder_state::remove(rtp::media_kind kind) {
  const auto i = std::ranges::find_if(
      sources, [kind](const auto& x) { return x.second.kind == kind; });
  if (i == sources.end())
    return;
  leave(i->second.producer);
  engine->end_track(i->first, now());
  sources.erase(i);
}

void recorder_state::leave(const producer_actor& x) {
  self->send(x, unsubscribe{caf::actor_cast<media_sink_actor>(self)});
  self->demonitor(x.address());
}

void recorder_state::take(const media_arrived& x) {
  x.gauge->leave();
  const auto id = static_cast<uint64_t>(x.producer);
  if (x.resumed)
    engine->skip_gap(id);
  engine->handle_packets(id, *x.packets, now());
}

// -- after every message -----------------------------------------------------

void recorder_state::drain() {
  while (auto x = engine->poll_event()) {
    if (auto* began = std::get_if<source_recorder::part_began>(&*x))
      begin_file(began->extension);
    else if (auto* octets = std::get_if<rtp::file_write>(&*x))
      write(std::move(*octets));
    else
      end_file(std::get<source_recorder::part_ended>(*x).facts);
  }
  engine->set_waiting(waiting());
  while (const auto x = engine->poll_keyframe_request())
    if (const auto i = sources.find(x->track); i != sources.end())
      self->send(i->second.producer, rtp::keyframe_wanted{x->encoding});
  if (engine->poll_degraded())
    self->send(settings.listener, part_degraded{settings.peer});
  if (writing && now() >= report_due) {
    report_due = now() + report_interval;
    if (auto x = engine->part())
      report(std::move(*x));
  }
  timer.arm(self, engine->poll_timeout(), recorder_tick{});
  if (stopping && files.empty())
    self->quit();
}

recorder_actor spawn_recorder(caf::actor_system& system, recorder_config x) {
  return system.spawn(
      [cfg = std::move(x)](
          recorder_actor::stateful_pointer<recorder_state> self) mutable {
        return self->state.make_behavior(std::move(cfg));
      });
}

} // namespace troupe::actors
