#include "actors/media/consumer_actor.hpp"

#include "actors/base/live_objects.hpp"
#include "actors/base/scoped_monitor.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace troupe::actors {

namespace {

struct consumer_state {
  using pointer = consumer_actor::stateful_pointer<consumer_state>;

  static inline const char* name = "consumer";

  explicit consumer_state(pointer self_ptr) : self(self_ptr) {}

  ~consumer_state();

  consumer_actor::behavior_type make_behavior(const consumer_config& cfg);

  void handle(const rtp::consumer_score_changed& x) {
    score = x.score;
    send_scores();
  }
  void handle(const rtp::layers_changed& x) {
    send_layers(x.layers);
  }
  void handle(const producer_paused& x) {
    self->send(listener, consumer_producer_paused{id, x.paused});
  }
  void handle(const producer_score_changed&) {
    send_scores();
  }

  void carry_out(const stream_command& x) {
    self->send(shard, control_consumer{key(), x});
  }
  void carry_out(const move_consumer& x) {
    self->send(shard, move_shard_consumer{key(), x.to});
  }
  void carry_out(const close_consumer&) {
    self->quit();
  }

  // Sends the scores to the listener if they have changed.
  void send_scores();

  void send_layers(std::optional<rtp::layers> sent);

  consumer_key key() const {
    return consumer_key{self->id()};
  }

  pointer self;
  live_object alive{object_kind::consumer};
  consumer_id id;
  producer_id source;
  shard_actor shard;
  consumer_listener_actor listener;
  rtp::producer_layout layout;
  uint8_t score = 10;
  std::shared_ptr<const score_board> board;
  protocol::consumer_scores sent_scores;
  std::optional<rtp::layers> sent_layers;
  scoped_monitor on_producer;
};

consumer_state::~consumer_state() {
  if (shard)
    caf::anon_send(shard, remove_shard_consumer{key()});
}

consumer_actor::behavior_type
consumer_state::make_behavior(const consumer_config& cfg) {
  id = cfg.id;
  source = cfg.source;
  shard = cfg.shard;
  listener = cfg.listener;
  layout = cfg.engine.layout;
  board = cfg.scores;
  sent_scores = cfg.sent_scores;
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg&) {
    self->send(listener, consumer_ended{id, source});
    self->quit();
  });
  on_producer.begin(self, cfg.producer);
  shard_consumer stream;
  stream.key = key();
  stream.on = cfg.transport;
  stream.engine = cfg.engine;
  stream.owner = cfg.owner;
  self->send(shard,
             add_shard_consumer{id, std::move(stream), cfg.producer,
                                caf::actor_cast<consumer_events_actor>(self)});
  return {
      [this](const stream_event& x) {
        std::visit([this](const auto& event) { handle(event); }, x.what);
      },
      [this](const control_stream& x) {
        std::visit([this](const auto& command) { carry_out(command); }, x.what);
      },
      [this](const fence& x) { return self->delegate(shard, x); },
      [this](const get_actor_stats&) {
        return self->delegate(shard, get_consumer_stats{key(), id});
      },
  };
}

void consumer_state::send_scores() {
  auto scores = make_scores(score, *board, layout.kind, sent_layers);
  if (scores == sent_scores)
    return;
  sent_scores = scores;
  self->send(listener, consumer_score_changed{id, std::move(scores)});
}

void consumer_state::send_layers(std::optional<rtp::layers> sent) {
  // Without layers there is nothing to report but pause events.
  if (layout.kind == rtp::layering::simple)
    return;
  if (sent)
    sent->temporal = std::min<uint8_t>(
        sent->temporal, std::max<uint8_t>(layout.temporal_layers, 1) - 1);
  if (sent == sent_layers)
    return;
  sent_layers = sent;
  self->send(listener, consumer_layers_changed{id, sent});
  send_scores();
}

} // namespace

consumer_actor spawn_consumer(caf::actor_system& system,
                              consumer_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](consumer_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
