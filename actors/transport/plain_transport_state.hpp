#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/stats/scoped_gauge.hpp"
#include "actors/transport/plain_client.hpp"
#include "actors/transport/plain_sending.hpp"
#include "actors/transport/plain_transport_actor.hpp"
#include "actors/transport/rtp_routes.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

/// The state of a plain transport's actor.
struct plain_state {
  using pointer = plain_transport_actor::stateful_pointer<plain_state>;

  static inline const char* name = "plain-transport";

  explicit plain_state(pointer self_ptr)
      : self(self_ptr)
      , routes(key(), false) {}

  ~plain_state() {
    if (!services)
      return;
    publish();
    caf::anon_send(shard, remove_transport{key()});
  }

  plain_transport_actor::behavior_type
  make_behavior(const plain_transport_config& cfg,
                const std::shared_ptr<plain_ports>& opened);

  // Sets the address that the client names.
  caf::result<done> connect(const connect_plain& x);

  caf::result<done> add(const add_transport_producer& x);

  void add(const add_transport_consumer& x) {
    routes.add(x);
    if (!sending.begun())
      begin_sending();
  }

  // Lets the shard send, once there are consumers and the client's address is
  // known; again, once a better address is known.
  void begin_sending();

  bool is_over() const;

  void take(net::datagram_batch& datagrams);

  // Whether it comes from the client, whose address the first packet sets.
  bool is_clients(const net::datagram& x, rtp::ssrc source);
  void take_rtp(net::datagram& x);
  void take_rtcp(const net::datagram& x);
  void note(rtp::rtcp_event& x);

  void send_rtcp(const std::vector<uint8_t>& compound);

  protocol::reply::stats stats() const;

  void handle_tick();
  void publish();

  net::time_point now() const {
    return self->clock().now();
  }

  counters& count() {
    return services->load->counters();
  }

  transport_key key() const {
    return transport_key{self->id()};
  }

  pointer self;
  live_object alive{object_kind::transport};
  transport_id id;
  member_name owner;
  std::shared_ptr<const media_services> services;
  std::shared_ptr<void> quota_token;
  std::shared_ptr<plain_ports> ports;
  shard_actor shard;
  std::optional<plain_client> client;
  plain_sending sending;
  rtp_routes routes;
  // Counts the datagrams in flight from the ports.
  std::shared_ptr<in_flight_gauge> arrivals =
      std::make_shared<in_flight_gauge>(max_waiting_datagrams);
  bool forwards = false; // for the operator; nothing need come back
  net::traffic received;
  uint64_t refused = 0; // not the client's, or neither RTP nor RTCP
  uint64_t late = 0;    // RTP that waited too long
  transport_totals published;
  scoped_gauge phase_gauge;
  actor_timer timer;
};

} // namespace troupe::actors
