#pragma once

#include "protocol/verbs/ids.hpp"
#include "protocol/verbs/json_text.hpp"
#include "protocol/verbs/replies.hpp"
#include "protocol/verbs/transport_parameters.hpp"
#include "protocol/verbs/verb_list.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Requests and events about data channels: the counterpart of verbs.hpp for
/// messages instead of media. A data producer is the channel by which a member
/// sends to the server; a data consumer is the channel by which another member
/// receives those messages.
namespace troupe::protocol {

namespace verb {

/// Without transport: the first one for sending that has SCTP, else the first
/// one that has SCTP. Refused as forbidden if the peer may not publish, as
/// unsupported on a transport without SCTP.
struct produce_data {
  using reply = troupe::protocol::reply::data_produced;

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
/// this peer does not consume yet. The server chooses the stream. Refused as
/// overloaded while the server admits nothing new, as forbidden if the peer may
/// not subscribe, as unsupported on a transport without SCTP.
struct consume_data {
  using reply = protocol::reply::data_consumed;

  std::optional<transport_id> transport;
  std::optional<data_producer_id> data_producer;
  bool paused = false;
  /// The subchannels to receive; if absent, the consumer gets all messages.
  std::optional<std::vector<uint16_t>> subchannels;
  /// Without data producer, and alone in the room: consumes the peer's own.
  bool own_if_alone = false;
};

struct pause_data_producer {
  using reply = protocol::reply::ok;

  data_producer_id data_producer;
};

struct resume_data_producer {
  using reply = protocol::reply::ok;

  data_producer_id data_producer;
};

struct close_data_producer {
  using reply = protocol::reply::ok;

  data_producer_id data_producer;
};

/// Without data consumer: all data consumers of this peer.
struct pause_data_consumer {
  using reply = protocol::reply::data_consumers;

  std::optional<data_consumer_id> data_consumer;
};

struct resume_data_consumer {
  using reply = protocol::reply::data_consumers;

  std::optional<data_consumer_id> data_consumer;
};

struct close_data_consumer {
  using reply = protocol::reply::ok;

  data_consumer_id data_consumer;
};

/// Replaces the subscribed subchannels. The consumer gets their messages and
/// those without a subchannel.
struct set_data_subchannels {
  using reply = protocol::reply::data_subchannels;

  data_consumer_id data_consumer;
  std::vector<uint16_t> subchannels;
};

struct add_data_subchannel {
  using reply = protocol::reply::data_subchannels;

  data_consumer_id data_consumer;
  uint16_t subchannel = 0;
};

struct remove_data_subchannel {
  using reply = protocol::reply::data_subchannels;

  data_consumer_id data_consumer;
  uint16_t subchannel = 0;
};

/// Requests an event when the octets queued for the data consumer have fallen
/// to `threshold`. Sent at once if no more than that are queued already.
struct set_data_low_threshold {
  using reply = protocol::reply::ok;

  data_consumer_id data_consumer;
  uint32_t threshold = 0;
};

struct get_data_buffered {
  using reply = protocol::reply::data_buffered;

  data_consumer_id data_consumer;
};

struct list_data_producers {
  using reply = protocol::reply::data_producers;
};

/// What members have said in the chat so far. Refused as forbidden if the peer
/// may not subscribe.
struct get_chat_history {
  using reply = protocol::reply::chat_history;
};

} // namespace verb

/// The verbs about data channels; a peer carries them out.
using data_verbs =
    verb_list<verb::produce_data, verb::consume_data, verb::pause_data_producer,
              verb::resume_data_producer, verb::close_data_producer,
              verb::pause_data_consumer, verb::resume_data_consumer,
              verb::close_data_consumer, verb::set_data_subchannels,
              verb::add_data_subchannel, verb::remove_data_subchannel,
              verb::list_data_producers, verb::set_data_low_threshold,
              verb::get_data_buffered, verb::get_chat_history>;

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
