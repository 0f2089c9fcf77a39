#pragma once

#include "protocol/application_data.hpp"
#include "protocol/ids.hpp"
#include "protocol/transport_parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What is asked, answered and told about data channels: the part of the
/// canonical verbs that speaks of messages instead of media. A data producer is
/// one member's channel towards the server, a data consumer the channel by
/// which another member gets what is said there.
namespace troupe::protocol {

/// A data producer, as others see it.
struct data_producer_info {
  data_producer_id id;
  peer_id peer; // empty where the server itself speaks
  std::string label;
  std::string protocol;
  bool paused = false;
  json_text app_data;

  bool operator==(const data_producer_info&) const = default;
};

namespace verb {

/// Without transport: the first for sending that has SCTP, else the first that
/// has.
struct produce_data {
  std::optional<transport_id> transport;
  sctp_stream_parameters stream;
  std::string label;
  std::string protocol;
  bool paused = false;
  json_text app_data;
  /// Said to the server itself, which answers: the others are not told of it.
  bool for_server = false;
};

/// Without transport: the last for receiving that has SCTP, else the last that
/// has. Without data producer: the first of another peer that this one does
/// not consume yet. The server chooses the stream.
struct consume_data {
  std::optional<transport_id> transport;
  std::optional<data_producer_id> data_producer;
  bool paused = false;
  /// Which subchannels are wanted; all messages where nothing is said.
  std::optional<std::vector<uint16_t>> subchannels;
  /// Without data producer, and alone in the room: the peer's own.
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

/// Without data consumer: all of this peer's.
struct pause_data_consumer {
  std::optional<data_consumer_id> data_consumer;
};

struct resume_data_consumer {
  std::optional<data_consumer_id> data_consumer;
};

struct close_data_consumer {
  data_consumer_id data_consumer;
};

/// From now on the consumer gets the messages of these subchannels and those
/// that are for all.
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

/// From now on it is told when what waits for the data consumer has come down
/// to that many octets, and at once where there is no more than that already.
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
  peer_id peer; // empty where the server itself speaks
  sctp_stream_parameters stream;
  std::string label;
  std::string protocol;
  bool paused = false;
  bool data_producer_paused = false;
  json_text app_data;
};

/// The data consumers that a pause or resume reached.
struct data_consumers {
  std::vector<data_consumer_id> ids;
};

/// The subchannels that a data consumer has now.
struct data_subchannels {
  data_consumer_id data_consumer;
  std::vector<uint16_t> subchannels;
};

struct data_producers {
  std::vector<data_producer_info> list;
};

/// How many octets wait for a data consumer's client.
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

/// The data consumer ended: its producer did, or its receiver was too slow.
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

/// What waits for the data consumer's client has come down to its threshold.
struct data_consumer_buffered_low {
  data_consumer_id data_consumer;
  uint32_t amount = 0;
};

} // namespace event

} // namespace troupe::protocol
