#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/io/transport_intake.hpp"
#include "actors/trunk/trunk_relays.hpp"
#include "actors/trunk/trunk_serving.hpp"
#include "net/base/drop_reason.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

/// INTERNAL: the state of a trunk's actor.
struct trunk_state {
  using pointer = trunk_actor::stateful_pointer<trunk_state>;

  static inline const char* name = "trunk";

  explicit trunk_state(pointer self_ptr) : self(self_ptr), trunk(self_ptr) {}

  ~trunk_state();

  trunk_actor::behavior_type make_behavior(trunk_config cfg);

  // -- the other node ---------------------------------------------------------

  // Draws SSRCs with another tag from now on.
  void renumber();

  // Tells the other node this node's keys and address, and one of its tags.
  void announce(uint32_t tag);

  // Says again what the other node has forgotten, or may not have heard.
  void repeat();

  void handle(const open_trunk& x);

  // Routes what comes from the other node with any of the tags.
  void route_tags();

  caf::result<relay_opened> open(const relay_producer& x);

  // -- media ------------------------------------------------------------------

  void take(net::datagram_batch& datagrams);

  // Whether it was decrypted; otherwise counts why not.
  bool take_rtp(net::datagram& x, net::srtp_receiver& keys);
  bool take_rtcp(net::datagram& x, net::srtp_receiver& keys);

  void send_rtcp(std::vector<uint8_t> compound);

  // -- after every message ----------------------------------------------------

  void arm_timer();

  void handle_tick();

  // Whether media may be under way in one of the directions.
  bool carries() const {
    return relays.size() + serving.size() > 0;
  }

  // Counts what the shard has sent.
  void count_sent();

  caf::result<protocol::reply::stats> stats();

  protocol::reply::stats make_stats(const sender_stats& x) const;

  void publish();

  burst_receiver_actor me() const {
    return caf::actor_cast<burst_receiver_actor>(self);
  }

  counters& count() {
    return trunk.settings.services->load->counters();
  }

  pointer self;
  live_object alive{object_kind::transport};
  trunk_context trunk;
  trunk_relays relays{trunk};
  trunk_serving serving{trunk};
  std::vector<uint32_t> tags; // of SSRCs that may come
  std::shared_ptr<transport_intake> intake =
      std::make_shared<transport_intake>(max_waiting_datagrams);
  net::traffic received;
  net::drop_counters drops;
  uint64_t malformed = 0; // decrypted, but no RTP
  transport_totals published;
  net::time_point publish_due{};
  trunk_totals media; // since the trunk began
  trunk_totals media_published;
  net::time_point count_due{}; // of what is sent
  actor_timer timer;
};

} // namespace troupe::actors
