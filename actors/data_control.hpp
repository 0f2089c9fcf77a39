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

/// What a direct data producer says.
struct speak_data {
  std::vector<data_message> messages;
};

/// A data consumer tells when no more than that many octets wait.
struct watch_data_buffered {
  uint32_t octets = 0;
};

/// Asks a data consumer how many octets wait for its client.
struct get_data_buffered {};

struct data_buffered {
  uint64_t octets = 0;
};

/// A data consumer is over: its producer has ended, or its client gets no
/// more.
struct data_consumer_over {
  data_consumer_id consumer;
  data_producer_id producer;
  /// Its client was, for a reliable channel.
  bool too_slow = false;
};

/// A data consumer's producer was paused or resumed.
struct data_source_paused {
  data_consumer_id consumer;
  bool paused = false;
};

/// No more than its threshold waits for a data consumer's client.
struct data_consumer_low {
  data_consumer_id consumer;
  uint32_t octets = 0;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::begin_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::pause_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::close_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::choose_subchannels)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_consumer_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_source_paused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::speak_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::watch_data_buffered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::get_data_buffered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_buffered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_consumer_low)

namespace troupe::actors {

/// What data consumers tell their peer.
using data_listener_actor = caf::typed_actor<
    // It has ended.
    caf::reacts_to<data_consumer_over>,
    // Its producer was paused or resumed.
    caf::reacts_to<data_source_paused>,
    // No more than its threshold waits.
    caf::reacts_to<data_consumer_low>>;

} // namespace troupe::actors
