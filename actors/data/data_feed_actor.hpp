#pragma once

#include "actors/cluster/room_link.hpp"
#include "actors/data/data_producer_actor.hpp"

namespace troupe::actors {

/// INTERNAL to a data feed: more may be sent now, or too much has waited for
/// too long.
struct data_feed_tick {};

/// The DATA FEED actor interface: sends the messages of one data producer of
/// this node to its relay on another node, as a direct data consumer. It ends
/// with the producer, once all messages have arrived there.
using data_feed_actor = data_consumer_events_actor::extend<
    // The other node needs messages again, since the link was lost.
    caf::reacts_to<want_data>,
    // The relay has passed messages on.
    caf::reacts_to<data_credit>,
    // The relay is gone.
    caf::reacts_to<close_data>,
    // INTERNAL: see the struct.
    caf::reacts_to<data_feed_tick>>;

/// Parameters of a data feed.
struct data_feed_config {
  room_id room;
  /// The node that has the relay.
  std::string node;
  data_producer_id producer;
  /// want_data::relay.
  uint64_t relay = 0;
  data_producer_actor source;
  net::sctp_reliability reliability;
  data_limits limits;
  sctp_actor sctp;
  cluster_rooms_actor cluster;
  /// Bounds what all feeds of this node have under way to that node; see
  /// relay_feed.
  std::shared_ptr<in_flight_gauge> link;
  /// Receives what it counts.
  std::shared_ptr<overload_state_board> load;
};

data_feed_actor spawn_data_feed(caf::actor_system& system,
                                data_feed_config settings);

} // namespace troupe::actors
