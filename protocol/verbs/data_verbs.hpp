#pragma once

#include "protocol/verbs/ids.hpp"
#include "protocol/verbs/json_text.hpp"
#include "protocol/verbs/transport_parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Requests, replies and events about data channels: the counterpart of
/// verbs.hpp for messages instead of media. A data producer is the channel by
/// which a member sends to the server; a data consumer is the channel by which
/// another member receives those messages.
namespace troupe::protocol {

/// A data producer as other members see it.
struct data_producer_info {
  data_producer_id id;
  peer_id peer; // empty if the server itself is the sender
  std::string label;
  std::string protocol;
  bool paused = false;
  json_text app_data;

  bool operator==(const data_producer_info&) const = default;
};

namespace verb {

/// Without transport: the first one for sending that has SCTP, else the first
/// one that has SCTP.
struct produce_data {
  std::optional<transport_id> transport;
  sctp_stream_parameters stream;
  std::string label;
  std::string protocol;
  bool paused = false;
  json_text app_data;
  /// For the server itself, which answers; other members are not notified.
  bool for_server = false;
};

/// Without transport: the last one for receiving that has SCTP, else the last
/// one that has SCTP. Without data producer: the first of another peer that
/// this peer does not consume yet. The server chooses the stream.
struct consume_data {
  std::optional<transport_id> transport;
  std::optional<data_producer_id> data_producer;
  bool paused = false;
  /// The subchannels to receive; if absent, the consumer gets all messages.
  std::optional<std::vector<uint16_t>> subchannels;
  /// Without data producer, and alone in the room: consumes the peer's own.
  bool own_if_alone = false;
};

struct pause_data_producer {
  data_producer_id data_producer;
};

struct resume_data_producer {
  data_producer_id data_producer;
};

struct close_data_producer {
  data_producer_id data_producer;
};

/// Without data consumer: all data consumers of this peer.
struct pause_data_consumer {
  std::optional<data_consumer_id> data_consumer;
};

struct resume_data_consumer {
  std::optional<data_consumer_id> data_consumer;
};

struct close_data_consumer {
  data_consumer_id data_consumer;
};

/// Replaces the subscribed subchannels. The consumer gets their messages and
/// those without a subchannel.
struct set_data_subchannels {
  data_consumer_id data_consumer;
  std::vector<uint16_t> subchannels;
};

struct add_data_subchannel {
  data_consumer_id data_consumer;
  uint16_t subchannel = 0;
};

struct remove_data_subchannel {
  data_consumer_id data_consumer;
  uint16_t subchannel = 0;
};

/// Requests an event when the octets queued for the data consumer have fallen
/// to `threshold`. Sent at once if no more than that are queued already.
struct set_data_low_threshold {
  data_consumer_id data_consumer;
  uint32_t threshold = 0;
};

struct get_data_buffered {
  data_consumer_id data_consumer;
};

struct list_data_producers {};

} // namespace verb

namespace reply {

struct data_produced {
  data_producer_id id;
};

struct data_consumed {
  data_consumer_id id;
  data_producer_id data_producer;
  peer_id peer; // empty if the server itself is the sender
  sctp_stream_parameters stream;
  std::string label;
  std::string protocol;
  bool paused = false;
  bool data_producer_paused = false;
  json_text app_data;
};

/// The data consumers that were paused or resumed.
struct data_consumers {
  std::vector<data_consumer_id> ids;
};

/// The current subchannels of a data consumer.
struct data_subchannels {
  data_consumer_id data_consumer;
  std::vector<uint16_t> subchannels;
};

struct data_producers {
  std::vector<data_producer_info> list;
};

/// The number of octets queued for a data consumer's client.
struct data_buffered {
  data_consumer_id data_consumer;
  uint32_t amount = 0;
};

} // namespace reply

namespace event {

struct data_producer_added {
  data_producer_info data_producer;
};

struct data_producer_closed {
  data_producer_id data_producer;
  peer_id peer;
};

/// The data consumer ended: its producer closed, or its receiver was too slow.
struct data_consumer_closed {
  data_consumer_id data_consumer;
  data_producer_id data_producer;
  bool too_slow = false;
};

/// The data consumer's producer was paused or resumed.
struct data_consumer_paused {
  data_consumer_id data_consumer;
};

struct data_consumer_resumed {
  data_consumer_id data_consumer;
};

/// The octets queued for the data consumer's client fell to its threshold.
struct data_consumer_buffered_low {
  data_consumer_id data_consumer;
  uint32_t amount = 0;
};

} // namespace event

} // namespace troupe::protocol
