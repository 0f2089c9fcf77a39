#include "actors/data/data_consumer_actor.hpp"

#include "actors/base/live_objects.hpp"
#include "actors/base/log.hpp"
#include "actors/base/relay.hpp"
#include "actors/base/scoped_monitor.hpp"
#include "actors/media/webrtc_stats.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

struct data_consumer_state {
  using pointer = data_consumer_actor::stateful_pointer<data_consumer_state>;

  static inline const char* name = "data-consumer";

  explicit data_consumer_state(pointer self_ptr) : self(self_ptr) {}

  ~data_consumer_state() {
    if (settings.sctp)
      caf::anon_send(settings.sctp, remove_data_consumer{key()});
  }

  data_consumer_actor::behavior_type make_behavior(data_consumer_config cfg);

  caf::result<data_consumer_added> begin();

  caf::result<protocol::reply::stats> stats();

  caf::result<data_buffered> buffered();

  // Reports the end to the listener, and quits.
  void end(bool too_slow = false) {
    self->send(settings.listener,
               data_consumer_over{settings.id, settings.source, too_slow});
    self->quit();
  }

  data_consumer_key key() const {
    return data_consumer_key{self->id()};
  }

  pointer self;
  live_object alive{object_kind::data_consumer};
  data_consumer_config settings;
  scoped_monitor on_producer;
};

data_consumer_actor::behavior_type
data_consumer_state::make_behavior(data_consumer_config cfg) {
  settings = std::move(cfg);
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg&) { end(); });
  on_producer.begin(self, settings.producer);
  return {
      [this](const data_consumer_ended& x) {
        const auto too_slow = x.why == data_end_reason::too_slow;
        if (too_slow)
          log::event(log::level::warn, "data-consumer-too-slow",
                     {{"consumer", settings.id.str()}});
        end(too_slow);
      },
      [this](const data_producer_paused& x) {
        self->send(settings.listener,
                   data_source_paused{settings.id, x.paused});
      },
      [this](const data_buffered_low& x) {
        self->send(settings.listener, data_consumer_low{settings.id, x.octets});
      },
      [](const data_arrived&) {}, // for direct consumers only
      [this](const begin_data&) { return begin(); },
      [this](const pause_data& x) {
        self->send(settings.sctp, set_data_consumer_paused{key(), x.paused});
      },
      [this](choose_subchannels& x) {
        self->send(settings.sctp,
                   set_data_subchannels{key(), std::move(x.subchannels)});
      },
      [this](const close_data&) { self->quit(); },
      [this](const watch_data_buffered& x) {
        self->send(settings.sctp, set_data_low_threshold{key(), x.octets});
      },
      [this](const get_data_buffered&) { return buffered(); },
      [this](const get_actor_stats&) { return stats(); },
  };
}

caf::result<data_consumer_added> data_consumer_state::begin() {
  return self->delegate(
      settings.sctp,
      add_data_consumer{key(), key_of(settings.producer), settings.transport,
                        settings.reliability, settings.subchannels,
                        settings.paused,
                        caf::actor_cast<data_consumer_events_actor>(self)});
}

caf::result<protocol::reply::stats> data_consumer_state::stats() {
  auto promise = self->make_response_promise<protocol::reply::stats>();
  relay(self->request(settings.sctp, settings.timeout,
                      get_data_consumer_stats{key()}),
        promise, [this](const data_consumer_stats& x) {
          return protocol::reply::stats{
              webrtc_stats(settings.id, settings.label, settings.protocol, x)};
        });
  return promise;
}

caf::result<data_buffered> data_consumer_state::buffered() {
  auto promise = self->make_response_promise<data_buffered>();
  relay(self->request(settings.sctp, settings.timeout,
                      get_data_consumer_stats{key()}),
        promise, [](const data_consumer_stats& x) {
          return data_buffered{x.buffered_amount};
        });
  return promise;
}

} // namespace

data_consumer_actor spawn_data_consumer(caf::actor_system& system,
                                        data_consumer_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](data_consumer_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
