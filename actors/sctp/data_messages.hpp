#pragma once

#include "actors/base/in_flight_gauge.hpp"
#include "actors/base/messages.hpp"
#include "actors/fan_out/fan_out.hpp"
#include "net/sctp/sctp_types.hpp"

#include <caf/typed_actor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Messages that carry data-channel messages between actors. They share their
/// content by pointer and never leave this process.
namespace troupe::actors {

/// Keys of data producers and data consumers in the data switch: the ids of
/// their actors, unique in this process.
enum class data_producer_key : uint64_t {};
enum class data_consumer_key : uint64_t {};

/// A number that restricts a message to the consumers subscribed to it.
using subchannel = uint16_t;

/// One message of a data producer.
struct data_message {
  net::sctp_ppid ppid = net::sctp_ppid::string;
  net::shared_octets octets;
  /// Only consumers that have subscribed to one of these get it; all consumers
  /// do if there are none.
  std::vector<subchannel> subchannels = {};
  /// If set, only consumers that have also subscribed to this one get it.
  std::optional<subchannel> required_subchannel = {};
};

// -- between a transport and the sctp actor -----------------------------------

/// What a record of application data counts for in its transport's gauge: its
/// octets and those of keeping it.
inline size_t waiting_octets(const std::vector<uint8_t>& record) {
  constexpr size_t overhead = 64;
  return record.size() + overhead;
}

/// The octets that wait for all data consumers of one client, on all of its
/// transports. Only the sctp actor accesses it.
struct data_backlog {
  size_t octets = 0;
};

/// The application data of several DTLS records, one element each.
using data_records = std::vector<std::vector<uint8_t>>;

/// Application data of one burst for a transport's association.
struct application_data_received {
  transport_key transport{};
  std::shared_ptr<data_records> records; // the receiver owns them
  std::shared_ptr<in_flight_gauge> gauge;
};

/// SCTP packets to send as application data, one record each.
struct application_data_to_send {
  std::shared_ptr<data_records> records; // the receiver owns them
};

/// Sends SCTP packets to a client.
using data_transport_actor =
    caf::typed_actor<caf::reacts_to<application_data_to_send>>;

// -- events of the sctp actor -------------------------------------------------

/// The association of a transport has changed its state: sctpState.
struct sctp_state_changed {
  transport_id transport;
  net::sctp_state state{};
};

/// The client opened a channel in-band (DCEP, RFC 8832). Its messages are
/// dropped until a data producer takes the channel.
struct data_channel_opened {
  transport_id transport;
  net::sctp_stream_id stream = 0;
  net::sctp_reliability reliability;
  std::string label;
  std::string protocol;
};

/// The client closed the producer's channel: nothing more arrives. The receiver
/// of this event removes the producer.
struct data_producer_ended {
  data_producer_key producer{};
};

/// So many more messages of a direct producer have been passed on to its
/// consumers.
struct data_taken {
  data_producer_key producer{};
  uint64_t messages = 0;
};

/// Why a data consumer ended.
enum class data_end_reason : uint8_t {
  /// The client closed the channel.
  closed_by_client,
  /// The association has ended.
  association_closed,
  /// More octets than the limit waited for the client, for too long.
  too_slow,
  /// The producer of a direct consumer is gone, and all its messages have
  /// arrived. Consumers with a client stay.
  producer_gone
};

/// "closed-by-client", "association-closed", "too-slow" or "producer-gone".
std::string_view to_string(data_end_reason x);

/// The consumer gets nothing more, and the switch has erased it.
struct data_consumer_ended {
  data_consumer_key consumer{};
  data_end_reason why{};
};

/// The producer of a consumer was paused or resumed.
struct data_producer_paused {
  data_consumer_key consumer{};
  bool paused = false;
};

/// What waits for a consumer's client has fallen to its threshold.
struct data_buffered_low {
  data_consumer_key consumer{};
  uint32_t octets = 0;
};

/// Messages for a direct consumer, which the server itself receives instead of
/// a client.
struct data_arrived {
  data_consumer_key consumer{};
  std::shared_ptr<const std::vector<data_message>> messages;
};

/// Receives the events of a transport's association: its peer.
using sctp_listener_actor = caf::typed_actor<
    // sctpState.
    caf::reacts_to<sctp_state_changed>,
    // The client opened a channel by itself.
    caf::reacts_to<data_channel_opened>>;

/// Events that the switch sends to a data producer's actor.
using data_producer_events_actor = caf::typed_actor<
    // The client closed its channel.
    caf::reacts_to<data_producer_ended>,
    // For direct producers that ask for it.
    caf::reacts_to<data_taken>>;

/// Events that the switch sends to a data consumer's actor.
using data_consumer_events_actor = caf::typed_actor<
    // The consumer gets nothing more.
    caf::reacts_to<data_consumer_ended>,
    // Its producer was paused or resumed.
    caf::reacts_to<data_producer_paused>,
    // No more octets than its threshold wait.
    caf::reacts_to<data_buffered_low>,
    // Messages of a direct consumer.
    caf::reacts_to<data_arrived>>;

} // namespace troupe::actors
