#pragma once

#include "protocol/dialects/payload.hpp"
#include "protocol/dialects/shapes.hpp"
#include "protocol/dialects/socketio_vocabulary.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The dialects over Socket.IO whose events are in camelCase. Their documents
/// begin with the same requests, so that a client may have transports before
/// anybody can tell which one it was written from: one vocabulary serves them
/// all, and each document is a chapter of it.
namespace troupe::protocol {

/// How a request relates to the room of its client.
enum class camel_role : uint8_t {
  /// Wants something of a member.
  of_member,
  /// The same, but a client that is nowhere yet enters its room by it.
  enters,
  /// Asks what a room's media can be, from inside or outside.
  capabilities,
  opens_room,
  /// Enters a room and makes a transport there.
  joins,
  leaves,
};

/// What the requests that a call took have come to, in their order.
struct camel_replies {
  std::vector<success> list;
  /// The room that the call named or was about.
  room_id room;
  /// Who is in the client's room, the client included.
  std::vector<peer_id> people;

  /// The first reply of that type, or an empty one.
  template <class Reply>
  const Reply& get() const {
    static const Reply none;
    for (const auto& x : list)
      if (const auto found = std::get_if<Reply>(&x))
        return *found;
    return none;
  }
};

/// Makes the JSON of an answer.
using camel_shape = std::string (*)(const camel_replies& replies);

/// The document's own sentence for a refusal; empty where it has none.
using camel_sentence = std::string_view (*)(error_code code);

/// The last of the replies, bare.
std::string bare_reply(const camel_replies& replies);

/// A transport's parameters, and the same again as `transportOptions` and
/// `params`: whichever the client takes them from.
std::string generous_transport(const camel_replies& replies);

/// {connected: true, success: true}: the document promises an answer that is
/// "success", and does not write it down.
std::string connected_reply(const camel_replies& replies);

/// {producerId, id, kind, peerId, paused, appData}: the same id twice, since
/// documents differ in what they call it.
json_object told_producer(const producer_info& producer);

/// {dataProducerId, id, peerId?, label, protocol, paused, appData}
json_object told_data_producer(const data_producer_info& producer);

/// One request: its name, what is read from it and how it is answered.
struct camel_method {
  std::string_view event;
  camel_role role = camel_role::of_member;
  /// Null where the role says it all.
  payload_reader read = nullptr;
  /// What the arguments are called that come without an object around them.
  std::array<std::string_view, 2> positions{};
  camel_shape acknowledge = bare_reply;
  /// How the answer comes to a client that gave no callback: under which name,
  /// by default the request's own, and in which shape, by default the same.
  std::string_view answer_event = {};
  camel_shape answer_shape = nullptr;
  camel_sentence sentence = nullptr;
  /// Only into rooms that somebody has opened, if there is a callback that can
  /// be told otherwise.
  bool existing_room = false;
  /// Whether the name alone says which way its transport is for.
  bool one_way = false;
  /// Whether a client's first words may be this: not so where other
  /// vocabularies have the same name.
  bool telling = true;
};

/// One document: its requests, and what it pushes beyond the others.
struct camel_chapter {
  std::span<const camel_method> methods;
  /// Makes the packet that this document knows an event by; empty where it
  /// knows none.
  std::string (*push)(const any_event& event) = nullptr;
};

/// What all chapters have in common, in camel_methods.cpp.
camel_chapter common_camel_chapter();

/// Data channels, in camel_data.cpp: no document speaks of them.
camel_chapter data_camel_chapter();

/// All chapters, in dialect.cpp: the common one and those of the documents.
std::span<const camel_chapter> camel_chapters();

/// create_transport, with the direction that the request's name stands for.
checked<request> read_create_sending(const rapidjson::Value& payload);
checked<request> read_create_receiving(const rapidjson::Value& payload);

/// connect_transport, likewise.
checked<request> read_connect_sending(const rapidjson::Value& payload);
checked<request> read_connect_receiving(const rapidjson::Value& payload);

} // namespace troupe::protocol
