#include "actors/forward/forward_actor.hpp"

#include "actors/media/consumer_actor.hpp"
#include "actors/stats/scoped_gauge.hpp"
#include "actors/transport/plain_transport_actor.hpp"
#include "actors/transport/signaling_to_engine.hpp"

#include <caf/stateful_actor.hpp>

#include <array>

namespace troupe::actors {

namespace {

// The ports of each kind.
using forward_sockets = std::array<std::shared_ptr<plain_ports>, 2>;

size_t index_of(protocol::media_kind kind) {
  return static_cast<size_t>(kind);
}

struct forward_state {
  using pointer = forward_actor::stateful_pointer<forward_state>;

  static inline const char* name = "forward";

  explicit forward_state(pointer self_ptr) : self(self_ptr) {}

  ~forward_state();

  forward_actor::behavior_type make_behavior(forward_config cfg,
                                             const forward_sockets& sockets);

  // Opens the transport of a kind on its ports.
  void open(protocol::media_kind kind, const std::shared_ptr<plain_ports>& at);

  void send(const forward_producer& x);

  void handle_end(const consumer_ended& x);

  // What is sent of one kind.
  struct line {
    plain_transport_actor transport; // null if the kind is not forwarded
    consumer_actor consumer;         // null without a producer
    consumer_id consumer_name;
  };

  void stop(line& x);

  pointer self;
  forward_config settings;
  std::unique_ptr<net::rng> random = net::make_secure_rng();
  shard_actor shard;
  std::array<line, 2> lines;
  scoped_gauge gauge;
};

forward_state::~forward_state() {
  for (auto& x : lines) {
    if (x.consumer)
      caf::anon_send(x.consumer, control_stream{close_consumer{}});
    if (x.transport)
      caf::anon_send(x.transport, close_transport{});
  }
}

forward_actor::behavior_type
forward_state::make_behavior(forward_config cfg,
                             const forward_sockets& sockets) {
  settings = std::move(cfg);
  auto& counts = settings.media->load->counters();
  counts.forwards_started.fetch_add(1, std::memory_order_relaxed);
  gauge.move_to(&counts.forwards);
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg&) { self->quit(); });
  // The room may have ended before this starts.
  if (auto room = caf::actor_cast<caf::strong_actor_ptr>(settings.owner))
    self->monitor(room);
  else
    caf::anon_send_exit(self, caf::exit_reason::unreachable);
  auto own = settings.shards;
  own.everything = true;
  shard = spawn_shard(self->system(), own, settings.ranking, self->address());
  self->link_to(shard);
  for (const auto kind : settings.kinds)
    open(kind, sockets.at(index_of(kind)));
  return {
      [this](const consumer_ended& x) { handle_end(x); },
      [](const consumer_producer_paused&) {},
      [](const consumer_score_changed&) {},
      [](const consumer_layers_changed&) {},
      [this](const forward_producer& x) { send(x); },
      [this](const request_forward_key_frame&) {
        const auto& video = lines.at(index_of(protocol::media_kind::video));
        if (video.consumer)
          self->send(video.consumer, control_stream{request_key_frame{}});
      },
      [this](const close_forward&) { self->quit(); },
  };
}

void forward_state::open(protocol::media_kind kind,
                         const std::shared_ptr<plain_ports>& at) {
  plain_addresses to{settings.to, settings.to};
  to.rtp.set_port(protocol::forward_port(settings.to, kind));
  to.rtcp.set_port(static_cast<uint16_t>(to.rtp.port() + 1));
  plain_transport_config cfg;
  cfg.id = make_id<transport_id>(*random);
  cfg.services = settings.media;
  cfg.shard = shard;
  cfg.comedia = false;
  cfg.owner = settings.member;
  cfg.forward_to = to;
  auto& added = lines.at(index_of(kind));
  added.transport = spawn_plain_transport(self->system(), std::move(cfg), at);
  self->link_to(added.transport);
}

void forward_state::send(const forward_producer& x) {
  const auto& [facts, handles] = x.entry;
  auto& to = lines.at(index_of(facts.info.kind));
  if (!to.transport)
    return;
  stop(to);
  auto engine = to_forwarder(facts.info.kind, facts.sent, x.signaled, false);
  auto scores = make_scores(10, *handles.scores, engine.layout.kind, {});
  to.consumer_name = make_id<consumer_id>(*random);
  to.consumer = spawn_consumer(
      self->system(), {to.consumer_name, facts.info.id, std::move(engine),
                       handles.producer, transport_key{to.transport->id()},
                       shard, caf::actor_cast<consumer_listener_actor>(self),
                       handles.speech, handles.scores, std::move(scores)});
  self->link_to(to.consumer);
  self->send(to.transport,
             add_transport_consumer{consumer_key{to.consumer->id()},
                                    to_ssrcs(x.signaled)});
}

void forward_state::handle_end(const consumer_ended& x) {
  for (auto& one : lines)
    if (one.consumer && one.consumer_name == x.consumer)
      stop(one);
}

void forward_state::stop(line& x) {
  if (!x.consumer)
    return;
  self->send(x.transport,
             remove_transport_consumer{consumer_key{x.consumer->id()}});
  self->send(x.consumer, control_stream{close_consumer{}});
  x.consumer = nullptr;
}

// Where to send from: media for this host leaves from this host only.
net::socket_address source_for(const net::socket_address& to) {
  if (to.is_v4())
    return *net::parse_address(to.is_loopback() ? "127.0.0.1" : "0.0.0.0", 0);
  return *net::parse_address(to.is_loopback() ? "::1" : "::", 0);
}

} // namespace

net::result<forward_actor> spawn_forward(caf::actor_system& system,
                                         forward_config settings) {
  forward_sockets sockets;
  for (const auto kind : settings.kinds) {
    auto opened = plain_ports::open(*settings.media->threads,
                                    source_for(settings.to), false);
    if (!opened)
      return opened.error();
    sockets.at(index_of(kind)) = std::move(*opened);
  }
  return system.spawn(
      [cfg = std::move(settings), sockets](forward_state::pointer self) {
        return self->state.make_behavior(cfg, sockets);
      });
}

} // namespace troupe::actors
