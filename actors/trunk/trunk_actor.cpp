#include "actors/trunk/trunk_actor.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/base/relay.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/trunk/trunk_state.hpp"
#include "protocol/json/json_writer.hpp"

namespace troupe::actors {

// Invariant: this runs when the actor quits, on the thread that runs it, while
// the I/O threads' routes still hold the actor.
trunk_state::~trunk_state() {
  if (!trunk.keys)
    return;
  publish();
  relays.close_all();
  serving.close_all();
  for (auto tag : tags)
    caf::anon_send(trunk.settings.services->sockets, unroute_trunk{tag, me()});
  caf::anon_send(trunk.settings.shard, remove_transport{trunk.key()});
}

trunk_actor::behavior_type trunk_state::make_behavior(trunk_config cfg) {
  allow_on_io_threads(self);
  trunk.begin(std::move(cfg));
  timer.use(trunk.settings.services->ticks);
  self->set_error_handler([](caf::error&) {});
  // The room ends its trunks, unless it fails.
  self->monitor(trunk.settings.listener);
  self->set_down_handler([this](const caf::down_msg& down) {
    if (down.source == trunk.settings.listener.address())
      self->quit();
    else
      relays.handle_down(down.source);
  });
  self->send(trunk.settings.shard,
             set_transport_srtp{trunk.key(), trunk.keys->sender()});
  renumber();
  arm_timer();
  return {
      [this](rtcp_to_send& x) { send_rtcp(std::move(x.packet)); },
      [this](const sources_unattended& x) {
        relays.note_unattended(x);
        arm_timer();
      },
      [this](const add_transport_producer& x) -> caf::result<done> {
        if (auto added = trunk.routes.add(x); !added)
          return to_caf(
              {protocol::error_code::unsupported, added.error().message()});
        return done{};
      },
      [this](const remove_transport_producer& x) { trunk.routes.remove(x); },
      [this](const add_transport_consumer& x) { trunk.routes.add(x); },
      [this](const remove_transport_consumer& x) { trunk.routes.remove(x); },
      [this](const close_transport&) { self->quit(); },
      [this](const get_actor_stats&) { return stats(); },
      [this](const transport_tick&) { handle_tick(); },
      [this](burst& x) { take(*x); },
      [this](const open_trunk& x) { handle(x); },
      [this](const resume_trunk&) {
        repeat();
        relays.repeat_ends();
      },
      [this](const relay_producer& x) { return open(x); },
      [this](const close_relay& x) { relays.close(x.producer); },
      [this](const serve_stream& x) {
        serving.handle(x);
        arm_timer();
      },
      [this](const stop_serving& x) { serving.stop(x.producer); },
      [this](const stream_refused& x) { relays.handle(x); },
      [](const producer_rated&) {},
      [this](const protocol::event::producer_layers_wanted& x) {
        relays.note_layers(x);
        arm_timer();
      },
      [this](const consumer_ended& x) { serving.stop(x.producer); },
      [](const consumer_producer_paused&) {},
      [](const consumer_score_changed&) {},
      [](const consumer_layers_changed&) {},
  };
}

caf::result<relay_opened> trunk_state::open(const relay_producer& x) {
  if (!relays.has_numbers_for(x.facts))
    renumber();
  auto opened = relays.open(x);
  arm_timer();
  return opened;
}

// -- after every message ------------------------------------------------------

void trunk_state::arm_timer() {
  auto next = relays.poll_timeout();
  if (carries())
    next = std::min(next.value_or(count_due), count_due);
  timer.arm(self, next, transport_tick{});
}

void trunk_state::handle_tick() {
  const auto now = trunk.now();
  timer.fired(now);
  relays.handle_timeout();
  // A last time after the last stream has ended.
  if (now >= count_due) {
    count_due = now + publish_interval;
    count_sent();
  }
  arm_timer();
}

void trunk_state::count_sent() {
  self->request(trunk.settings.shard,
                trunk.settings.services->settings.request_timeout,
                get_sender_stats{trunk.key()})
      .then(
          [this](const sender_stats& x) {
            media.packets_sent = x.rtp_sent.packets;
            media.octets_sent = x.rtp_sent.bytes;
            publish();
          },
          [](const caf::error&) {});
}

caf::result<protocol::reply::stats> trunk_state::stats() {
  auto promise = self->make_response_promise<protocol::reply::stats>();
  self->request(trunk.settings.shard,
                trunk.settings.services->settings.request_timeout,
                get_sender_stats{trunk.key()})
      .then(
          [this, promise](const sender_stats& x) mutable {
            promise.deliver(make_stats(x));
          },
          relay_error(promise));
  return promise;
}

protocol::reply::stats trunk_state::make_stats(const sender_stats& x) const {
  protocol::json_writer out;
  out.begin_array()
      .begin_object()
      .add("type", "transport")
      .add("id", "trunk-" + trunk.settings.node)
      .add("bytesReceived", received.bytes)
      .add("packetsReceived", received.packets)
      .add("bytesSent", x.sent.bytes)
      .add("packetsSent", x.sent.packets)
      .add("packetsDropped",
           drops.total() + malformed + trunk.routes.unknown_packets())
      .add("relays", uint64_t{relays.size()})
      .add("streamsServed", uint64_t{serving.size()})
      .add("messagesRefused", trunk.refused)
      .end_object()
      .end_array();
  return protocol::reply::stats{protocol::json_text{out.str()}};
}

void trunk_state::publish() {
  publish_due = trunk.now() + publish_interval;
  transport_totals totals;
  totals.add(drops);
  totals.add(net::drop_reason::queue_full,
             intake->refused() + trunk.routes.refused_compounds());
  totals.unroutable = malformed + trunk.routes.unroutable();
  count().transports.publish(self->id(), totals, published);
  count().trunks.publish(self->id(), media, media_published);
}

trunk_actor spawn_trunk(caf::actor_system& system, trunk_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](trunk_state::pointer self) mutable {
        return self->state.make_behavior(std::move(cfg));
      });
}

} // namespace troupe::actors
