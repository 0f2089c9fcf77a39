#include "actors/data/data_producer_actor.hpp"

#include "actors/base/live_objects.hpp"
#include "actors/base/relay.hpp"
#include "actors/media/webrtc_stats.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

struct data_producer_state {
  using pointer = data_producer_actor::stateful_pointer<data_producer_state>;

  static inline const char* name = "data-producer";

  explicit data_producer_state(pointer self_ptr) : self(self_ptr) {}

  ~data_producer_state() {
    if (settings.sctp)
      caf::anon_send(settings.sctp, remove_data_producer{key()});
  }

  data_producer_actor::behavior_type make_behavior(data_producer_config cfg);

  caf::result<done> begin();

  caf::result<protocol::reply::stats> stats();

  data_producer_key key() const {
    return data_producer_key{self->id()};
  }

  pointer self;
  live_object alive{object_kind::data_producer};
  data_producer_config settings;
};

data_producer_actor::behavior_type
data_producer_state::make_behavior(data_producer_config cfg) {
  settings = std::move(cfg);
  self->set_error_handler([](caf::error&) {});
  return {
      [this](const data_producer_ended&) { self->quit(); },
      [](const data_taken&) {}, // for relays
      [this](const begin_data&) { return begin(); },
      [this](const pause_data& x) {
        settings.paused = x.paused;
        self->send(settings.sctp, set_data_producer_paused{key(), x.paused});
      },
      [this](send_server_data& x) {
        self->send(settings.sctp,
                   send_direct_data{key(), std::move(x.messages)});
      },
      [this](const close_data&) { self->quit(); },
      [this](const get_actor_stats&) { return stats(); },
  };
}

caf::result<done> data_producer_state::begin() {
  return self->delegate(
      settings.sctp,
      add_data_producer{key(), settings.transport, settings.stream,
                        settings.paused,
                        caf::actor_cast<data_producer_events_actor>(self)});
}

caf::result<protocol::reply::stats> data_producer_state::stats() {
  auto promise = self->make_response_promise<protocol::reply::stats>();
  relay(self->request(settings.sctp, settings.timeout,
                      get_data_producer_stats{key()}),
        promise, [this](const data_producer_stats& x) {
          return protocol::reply::stats{
              webrtc_stats(settings.id, settings.label, settings.protocol, x)};
        });
  return promise;
}

} // namespace

data_producer_actor spawn_data_producer(caf::actor_system& system,
                                        data_producer_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](data_producer_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
