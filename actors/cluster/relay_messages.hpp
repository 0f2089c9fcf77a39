#pragma once

#include <caf/meta/type_name.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What the rooms of two nodes tell each other about data channels, beside
/// room_messages.hpp and under the same rules.
namespace troupe::actors {

/// The most octets of a relay's messages that are under way, each message with
/// relayed_message_overhead.
inline constexpr size_t relay_credit = 1024 * 1024;

/// What a message costs besides its octets.
inline constexpr size_t relayed_message_overhead = 64;

/// The most messages of one data_relay.
inline constexpr size_t max_relayed_messages = 64;

/// The octets after which a data_relay gets no further message.
inline constexpr size_t relayed_batch_octets = 128 * 1024;

/// The sender of this message has a relay of the receiver's data producer, and
/// wants its messages; or it has it no longer.
struct want_data {
  std::string room;
  std::string producer;
  /// The sender's number of the relay, from 1. Each relay has another one, and
  /// a later relay a higher one.
  uint64_t relay = 0;
  /// The number of the message that the relay needs next; the first one is 0.
  /// Not 0 if the link was lost meanwhile: the messages from this number on are
  /// sent again.
  uint64_t next = 0;
  bool wanted = true;
};

/// One message of a data producer.
struct relayed_message {
  /// A net::sctp_ppid.
  uint32_t ppid = 0;
  std::string content;
};

/// Messages for a relay, in order.
struct data_relay {
  std::string room;
  std::string producer;
  uint64_t relay = 0;
  /// The number of the first one.
  uint64_t first = 0;
  std::vector<relayed_message> messages;
};

/// All messages of a relay before this number have been passed on: as many
/// octets may be sent again.
struct data_credit {
  std::string room;
  std::string producer;
  uint64_t relay = 0;
  uint64_t next = 0;
};

/// No message follows the one before this number.
struct data_relay_over {
  std::string room;
  std::string producer;
  uint64_t relay = 0;
  uint64_t next = 0;
  /// Too much waited for the link, so that messages are missing.
  bool too_slow = false;
};

/// What the server says to a room by a data channel of its own: each node says
/// it to its members.
struct server_said {
  std::string room;
  std::string label;
  relayed_message message;
  /// See data_message.
  std::vector<uint16_t> subchannels;
  bool requires_subchannel = false;
  uint16_t required_subchannel = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, want_data& x) {
  return f(caf::meta::type_name("troupe::want_data"), x.room, x.producer,
           x.relay, x.next, x.wanted);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, relayed_message& x) {
  return f(caf::meta::type_name("troupe::relayed_message"), x.ppid, x.content);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, data_relay& x) {
  return f(caf::meta::type_name("troupe::data_relay"), x.room, x.producer,
           x.relay, x.first, x.messages);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, data_credit& x) {
  return f(caf::meta::type_name("troupe::data_credit"), x.room, x.producer,
           x.relay, x.next);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, data_relay_over& x) {
  return f(caf::meta::type_name("troupe::data_relay_over"), x.room, x.producer,
           x.relay, x.next, x.too_slow);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, server_said& x) {
  return f(caf::meta::type_name("troupe::server_said"), x.room, x.label,
           x.message, x.subchannels, x.requires_subchannel,
           x.required_subchannel);
}

} // namespace troupe::actors
