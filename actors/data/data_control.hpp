#pragma once

#include "actors/media/rtp_messages.hpp"
#include "actors/sctp/data_messages.hpp"

/// Control messages between a peer and its data producers and data consumers.
/// They carry no data messages.
namespace troupe::actors {

/// Registers with the data switch; sent once.
struct begin_data {};

/// Pauses or resumes.
struct pause_data {
  bool paused = false;
};

/// Ends a data producer or data consumer, and closes its channel.
struct close_data {};

/// Sets the subchannels of a data consumer.
struct choose_subchannels {
  std::vector<subchannel> subchannels;
};

/// Messages to send through a direct data producer.
struct send_server_data {
  std::vector<data_message> messages;
};

/// Asks a data consumer to report when no more than `octets` wait.
struct watch_data_buffered {
  uint32_t octets = 0;
};

/// Asks a data consumer how many octets wait for its client.
struct get_data_buffered {};

struct data_buffered {
  uint64_t octets = 0;
};

/// A data consumer has ended: its producer has ended, or its client receives
/// nothing more.
struct data_consumer_over {
  data_consumer_id consumer;
  data_producer_id producer;
  /// Whether its client was too slow for a reliable channel.
  bool too_slow = false;
};

/// A data consumer's producer was paused or resumed.
struct data_source_paused {
  data_consumer_id consumer;
  bool paused = false;
};

/// No more octets than its threshold wait for a data consumer's client.
struct data_consumer_low {
  data_consumer_id consumer;
  uint32_t octets = 0;
};

/// Receives the events of a peer's data consumers.
using data_listener_actor = caf::typed_actor<
    // A consumer has ended.
    caf::reacts_to<data_consumer_over>,
    // A consumer's producer was paused or resumed.
    caf::reacts_to<data_source_paused>,
    // No more octets than its threshold wait.
    caf::reacts_to<data_consumer_low>>;

} // namespace troupe::actors
