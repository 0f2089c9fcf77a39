#include "protocol/dialects/camel/camel.hpp"
#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/common/rejoin_secret.hpp"

/// Dialect D: Socket.IO with rooms that clients open and join. Its document has
/// two styles of answers: by callback, or by an event named after the request.
/// tests/data/transcripts/rooms.txt shows both.
namespace troupe::protocol {

namespace {

std::string opened_reply(const camel_replies& replies) {
  return json_object{}
      .add("roomId", replies.room)
      .add("rtpCapabilities", replies.get<reply::capabilities>().router)
      .text();
}

// The existing producers: from the join, or from the list if the client was in
// the room already.
const std::vector<producer_info>& others_of(const camel_replies& replies) {
  const auto& joined = replies.get<reply::joined>().producers;
  return joined.empty() ? replies.get<reply::producers>().list : joined;
}

std::string joined_reply(const camel_replies& replies) {
  std::vector<json_object> producers;
  for (const auto& x : others_of(replies))
    producers.push_back(aliased_producer(x));
  std::vector<json_object> data;
  for (const auto& x : replies.get<reply::joined>().data_producers)
    data.push_back(aliased_data_producer(x));
  json_object out;
  out.add("peers", replies.people)
      .add("transportOptions", success{replies.get<reply::transport_created>()})
      .add("rtpCapabilities", replies.get<reply::capabilities>().router)
      .add("producers", producers)
      .add("dataProducers", data);
  if (const auto& recording = replies.get<reply::joined>().recording)
    out.add("recording", *recording);
  return add_rejoin_secret(out, replies.get<reply::joined>().rejoin_secret)
      .text();
}

std::string joined_event(const camel_replies& replies) {
  json_object out;
  out.add("transportOptions", success{replies.get<reply::transport_created>()});
  return add_rejoin_secret(out, replies.get<reply::joined>().rejoin_secret)
      .text();
}

std::string empty_reply(const camel_replies&) {
  return "{}";
}

// The id appears twice: it is `id` in callbacks and `consumerId` in events.
std::string consumed_reply(const camel_replies& replies) {
  const auto& made = replies.get<reply::consumed>();
  return json_object{}
      .add("id", made.id)
      .add("consumerId", made.id)
      .add("producerId", made.producer)
      .add("peerId", made.peer)
      .add("kind", to_string(made.kind))
      .add("rtpParameters", made.parameters)
      .add("type", made.type)
      .add("paused", made.paused)
      .add("producerPaused", made.producer_paused)
      .add("appData", made.app_data)
      .text();
}

std::string_view sending_error_text(error_code code) {
  return code == error_code::transport_not_found
             ? "Producer transport not found"
             : "";
}

std::string_view receiving_error_text(error_code code) {
  switch (code) {
    case error_code::transport_not_found:
      return "Consumer transport not found";
    case error_code::producer_not_found:
    case error_code::cannot_consume:
      return "Cannot consume this producer";
    default:
      return "";
  }
}

using role = camel_role;

constexpr std::array rooms_methods{
    camel_method{.event = "createRoom",
                 .role = role::opens_room,
                 .positions = {"roomId"},
                 .acknowledge = opened_reply},
    camel_method{.event = "joinRoom",
                 .role = role::joins,
                 .positions = {"roomId", "userId"},
                 .acknowledge = joined_reply,
                 .answer_event = "transportInfo",
                 .answer_encoder = joined_event,
                 .existing_room = true},
    camel_method{.event = "join",
                 .role = role::joins,
                 .positions = {"roomId", "userId"},
                 .acknowledge = joined_reply,
                 .answer_event = "transportInfo",
                 .answer_encoder = joined_event},
    camel_method{.event = "createProducerTransport",
                 .role = role::enters,
                 .read = read_create_sending,
                 .implies_direction = true},
    camel_method{.event = "createConsumerTransport",
                 .role = role::enters,
                 .read = read_create_receiving,
                 .implies_direction = true},
    camel_method{.event = "connectProducerTransport",
                 .read = read_connect_sending,
                 .positions = {"transportId", "dtlsParameters"},
                 .acknowledge = empty_reply,
                 .error_text = sending_error_text},
    camel_method{.event = "connectConsumerTransport",
                 .read = read_connect_receiving,
                 .positions = {"transportId", "dtlsParameters"},
                 .acknowledge = empty_reply,
                 .error_text = receiving_error_text},
    camel_method{.event = "consume",
                 .read = read_consume_running,
                 .positions = {"producerId", "rtpCapabilities"},
                 .acknowledge = consumed_reply,
                 .error_text = receiving_error_text,
                 .identifies_vocabulary = false},
    camel_method{.event = "resume",
                 .read = read_resume_consumer,
                 .positions = {"consumerId"}},
    camel_method{.event = "pause",
                 .read = read_pause_consumer,
                 .positions = {"consumerId"}},
};

// The document's earlier samples use these names for events that the common
// method table pushes too.
std::string rooms_push(const any_event& event) {
  if (const auto added = std::get_if<event::producer_added>(&event))
    return socketio_link::event_packet("newRemoteProducer",
                                       to_json(added->producer.id));
  if (const auto left = std::get_if<event::peer_left>(&event))
    return socketio_link::event_packet("userLeft", to_json(left->peer));
  return {};
}

} // namespace

camel_method_table rooms_method_table() {
  return {rooms_methods, rooms_push};
}

} // namespace troupe::protocol
