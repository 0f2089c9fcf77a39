#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/transport/arrival_feedback.hpp"
#include "actors/transport/dtls_signaling.hpp"
#include "actors/transport/ice_check_offload.hpp"
#include "actors/transport/rtp_routes.hpp"
#include "actors/transport/sending_half.hpp"
#include "actors/transport/socket_routes.hpp"
#include "actors/transport/transport_data.hpp"
#include "actors/transport/transport_lifetime.hpp"
#include "actors/transport/unattended_input.hpp"
#include "actors/transport/webrtc_transport_actor.hpp"
#include "net/webrtc_transport.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

/// The state of a WebRTC transport's actor.
struct webrtc_state {
  using pointer = webrtc_transport_actor::stateful_pointer<webrtc_state>;

  static inline const char* name = "transport";

  explicit webrtc_state(pointer self_ptr)
      : self(self_ptr)
      , routes(key(), true) {}

  ~webrtc_state();

  webrtc_transport_actor::behavior_type
  make_behavior(const webrtc_transport_config& cfg);

  void make_engine(const webrtc_transport_config& cfg);

  void begin_lifetime(const webrtc_transport_config& cfg) {
    lifetime.begin(id, services->load->counters(), cfg.owner);
    if (cfg.ends_promptly)
      lifetime.end_promptly(now());
  }

  // -- control ---------------------------------------------------------------

  caf::result<done> connect(const connect_dtls& x);

  transport_parameters restart_ice();

  caf::result<done> add(const add_transport_producer& x);

  void remove(const remove_transport_producer& x) {
    auto gone = routes.remove(x);
    if (!gone)
      return;
    unattended.remove(x.id, from_sockets.intake());
    for (auto source : gone->sources)
      engine->retire_source(rtp::value(source));
    sending.end_source(self, gone->reporter);
  }

  // A producer that has gone, or has moved here too recently, does not count:
  // nothing would take back what it says.
  void handle(const sources_unattended& x) {
    if (routes.has_producer(x.producer))
      unattended.handle(x, from_sockets.intake());
  }

  caf::result<protocol::reply::stats> stats();

  // -- media -----------------------------------------------------------------

  void take(net::datagram_batch& datagrams);
  // Sends decrypted RTP to its producers.
  void route_rtp();

  // Counts the packets that the I/O threads have skipped, and reports their
  // arrival.
  void note_skipped() {
    while (auto x = from_sockets.intake().poll_skipped()) {
      engine->count_unattended(x->octets);
      feedback.handle_skipped(*x);
    }
  }

  // -- after every message ---------------------------------------------------

  void drain();

  void handle(const net::transport_event& x);

  // Tells the peer when media can flow.
  void report_connected() {
    if (auto kind = lifetime.poll_connected(); kind && listener)
      self->send(listener, transport_connected{*kind});
  }

  void arm_timer();

  // Adds the increase since the last call to the node's counters.
  void publish(net::time_point now);

  net::time_point now() const {
    return self->clock().now();
  }

  transport_key key() const {
    return transport_key{self->id()};
  }

  pointer self;
  live_object alive{object_kind::transport};
  transport_id id;
  std::shared_ptr<const media_services> services;
  std::unique_ptr<net::rng> random;
  std::unique_ptr<net::webrtc_transport> engine;
  dtls_signaling signaling;
  socket_routes from_sockets;
  rtp_routes routes;
  sending_half sending;
  arrival_feedback feedback;
  unattended_input unattended;
  transport_data data;
  ice_check_offload ice_checks;
  transport_lifetime lifetime;
  transport_listener_actor listener;
  bool reports_use = false; // until its use is known
  transport_totals published;
  net::time_point publish_due{};
  actor_timer timer;
};

} // namespace troupe::actors
