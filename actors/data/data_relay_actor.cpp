#include "actors/data/data_relay_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/relay.hpp"
#include "actors/data/relay_intake.hpp"
#include "actors/media/webrtc_stats.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

/// How often a relay looks whether anybody consumes it.
constexpr net::duration data_relay_watch = std::chrono::seconds{5};

struct data_relay_state {
  using pointer = data_relay_actor::stateful_pointer<data_relay_state>;

  static inline const char* name = "data-relay";

  explicit data_relay_state(pointer self_ptr) : self(self_ptr) {}

  ~data_relay_state() {
    if (settings.sctp)
      caf::anon_send(settings.sctp, remove_data_producer{key()});
  }

  data_relay_actor::behavior_type make_behavior(data_relay_config cfg);

  caf::result<done> begin();

  caf::result<protocol::reply::stats> stats();

  void set_paused(bool paused);

  void take(const data_relay& x);

  void finish(const data_relay_over& x);

  void ask();

  void watch();

  // Grants what is due, and arms the timer.
  void drain();

  void say(room_message what) {
    self->send(settings.listener,
               data_relay_says{settings.relay, std::move(what)});
  }

  data_producer_key key() const {
    return data_producer_key{self->id()};
  }

  net::time_point now() const {
    return self->clock().now();
  }

  pointer self;
  data_relay_config settings;
  relay_intake intake;
  bool asked = false; // for what is missing
  net::time_point watch_at;
  actor_timer timer;
};

data_relay_actor::behavior_type
data_relay_state::make_behavior(data_relay_config cfg) {
  settings = std::move(cfg);
  self->set_error_handler([](caf::error&) {});
  watch_at = now() + data_relay_watch;
  return {
      [this](const data_producer_ended&) { self->quit(); },
      [this](const data_taken& x) {
        intake.handle_taken(x.messages, now());
        drain();
      },
      [this](const begin_data&) { return begin(); },
      [this](const pause_data& x) { set_paused(x.paused); },
      [](const send_server_data&) {}, // its messages come from its node
      [this](const close_data&) { self->quit(); },
      [this](const get_actor_stats&) { return stats(); },
      [this](const data_relay& x) { take(x); },
      [this](const data_relay_over& x) { finish(x); },
      [this](const resume_data_relay&) { ask(); },
      [this](const data_relay_tick&) {
        timer.fired(now());
        drain();
      },
  };
}

caf::result<done> data_relay_state::begin() {
  ask();
  drain();
  return self->delegate(
      settings.sctp,
      add_data_producer{key(), std::nullopt, 0, settings.paused,
                        caf::actor_cast<data_producer_events_actor>(self),
                        true});
}

caf::result<protocol::reply::stats> data_relay_state::stats() {
  auto promise = self->make_response_promise<protocol::reply::stats>();
  relay(self->request(settings.sctp, settings.timeout,
                      get_data_producer_stats{key()}),
        promise, [this](const data_producer_stats& x) {
          return protocol::reply::stats{
              webrtc_stats(settings.id, settings.label, settings.protocol, x)};
        });
  return promise;
}

void data_relay_state::set_paused(bool paused) {
  settings.paused = paused;
  self->send(settings.sctp, set_data_producer_paused{key(), paused});
}

void data_relay_state::take(const data_relay& x) {
  auto read = intake.handle(x.first, x.messages);
  if (const auto* why = std::get_if<relay_intake::fault>(&read)) {
    if (*why == relay_intake::fault::violation)
      self->send(settings.listener, data_relay_violated{settings.relay});
    else if (!std::exchange(asked, true))
      ask();
    return;
  }
  asked = false;
  auto& messages = std::get<std::vector<data_message>>(read);
  if (messages.empty())
    return;
  // A paused producer sends nothing: its node has resumed it, and says so a
  // moment later.
  if (settings.paused)
    set_paused(false);
  self->send(settings.sctp, send_direct_data{key(), std::move(messages)});
}

void data_relay_state::finish(const data_relay_over& x) {
  if (!x.too_slow && x.next != intake.next())
    return ask();
  // The feed waits for this.
  say(data_credit{settings.room, settings.id.str(), settings.relay,
                  intake.next()});
  self->quit();
}

void data_relay_state::ask() {
  say(want_data{settings.room, settings.id.str(), settings.relay, intake.next(),
                true});
  // The latest credit may have been lost with the link.
  if (intake.granted() > 0)
    say(data_credit{settings.room, settings.id.str(), settings.relay,
                    intake.granted()});
}

void data_relay_state::watch() {
  if (now() < watch_at)
    return;
  watch_at = now() + data_relay_watch;
  self->request(settings.sctp, settings.timeout, get_data_producer_stats{key()})
      .then(
          [this](const data_producer_stats& x) {
            if (x.consumers == 0)
              self->send(settings.listener, data_relay_idle{settings.relay});
          },
          [](const caf::error&) {});
}

void data_relay_state::drain() {
  if (const auto next = intake.poll_credit(now()))
    say(data_credit{settings.room, settings.id.str(), settings.relay, *next});
  watch();
  auto at = watch_at;
  if (const auto due = intake.poll_timeout())
    at = std::min(at, *due);
  timer.arm(self, at, data_relay_tick{});
}

} // namespace

data_relay_actor spawn_data_relay(caf::actor_system& system,
                                  data_relay_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](data_relay_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
