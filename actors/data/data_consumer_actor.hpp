#pragma once

#include "actors/data/data_producer_actor.hpp"

namespace troupe::actors {

/// The DATA CONSUMER actor interface: one data channel on which a client
/// receives. It ends with its producer, when its client closes the channel, and
/// when its client is too slow for a reliable channel.
using data_consumer_actor = data_consumer_events_actor::extend<
    // Takes a free stream. Errors: limit_reached, producer_not_found,
    // transport_not_found.
    caf::replies_to<begin_data>::with<data_consumer_added>,
    // It gets no messages that are sent while it is paused.
    caf::reacts_to<pause_data>,
    // Sets the subchannels whose messages it receives.
    caf::reacts_to<choose_subchannels>, caf::reacts_to<close_data>,
    // Sets the threshold of data_consumer_low; asks how many octets wait.
    caf::reacts_to<watch_data_buffered>,
    caf::replies_to<get_data_buffered>::with<data_buffered>,
    // Statistics of what was sent.
    caf::replies_to<get_actor_stats>::with<protocol::reply::stats>>;

/// Parameters of a data consumer.
struct data_consumer_config {
  data_consumer_id id;
  data_producer_id source;
  data_producer_actor producer;
  sctp_actor sctp;
  transport_key transport{};
  net::sctp_reliability reliability;
  std::vector<subchannel> subchannels;
  bool paused = false;
  std::string label;
  std::string protocol;
  /// The timeout of requests to the sctp actor.
  std::chrono::milliseconds timeout{5'000};
  data_listener_actor listener;
};

data_consumer_actor spawn_data_consumer(caf::actor_system& system,
                                        data_consumer_config settings);

} // namespace troupe::actors
