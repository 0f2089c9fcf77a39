#pragma once

#include "actors/data_messages.hpp"
#include "actors/rtp_messages.hpp"

/// What a peer says to its data producers and data consumers, and hears of
/// them: the part of data channels that carries no message.
namespace troupe::actors {

/// Begins, once: the switch is asked for a place.
struct begin_data {};

/// Stops, or goes on.
struct pause_data {
  bool paused = false;
};

/// Ends it, and closes its channel.
struct close_data {};

/// A data consumer wants these subchannels from now on.
struct choose_subchannels {
  std::vector<subchannel> subchannels;
};

/// A data consumer is over: its producer has ended, or its client gets no
/// more.
struct data_consumer_over {
  data_consumer_id consumer;
  data_producer_id producer;
};

/// A data consumer's producer was paused or resumed.
struct data_source_paused {
  data_consumer_id consumer;
  bool paused = false;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::begin_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::pause_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::close_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::choose_subchannels)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_consumer_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_source_paused)

namespace troupe::actors {

/// What data consumers tell their peer.
using data_listener_actor = caf::typed_actor<
    // It has ended.
    caf::reacts_to<data_consumer_over>,
    // Its producer was paused or resumed.
    caf::reacts_to<data_source_paused>>;

} // namespace troupe::actors
