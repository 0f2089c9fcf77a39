#pragma once

#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/dialects/common/socketio_vocabulary.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The dialects over Socket.IO whose events are in camelCase. Their documents
/// begin with the same requests, so a client may have transports before the
/// server can tell which document it follows. One vocabulary therefore serves
/// them all, and each document is a method table of it.
namespace troupe::protocol {

/// How a request relates to the room of its client.
enum class camel_role : uint8_t {
  /// Requests something of a member.
  of_member,
  /// The same, but a client without a room joins by it.
  enters,
  /// Requests the RTP capabilities of a room, from inside or outside.
  capabilities,
  opens_room,
  /// Joins a room and creates a transport there.
  joins,
  leaves,
};

/// The replies to the requests of one call, in order.
struct camel_replies {
  std::vector<success> list;
  /// The room that the call named or concerned.
  room_id room;
  /// The members of the client's room, the client included.
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
using camel_reply_encoder = std::string (*)(const camel_replies& replies);

/// The document's own text for a refusal; empty if it has none.
using camel_error_text = std::string_view (*)(error_code code);

/// The last reply without an envelope.
std::string bare_reply(const camel_replies& replies);

/// A transport's parameters, and copies as `transportOptions` and `params`,
/// since clients read one or the other.
std::string aliased_transport(const camel_replies& replies);

/// {connected: true, success: true}: the document promises an answer that means
/// success, but does not define it.
std::string connected_reply(const camel_replies& replies);

/// {producerId, id, kind, peerId, paused, appData}: the id appears twice, since
/// documents differ in its name.
json_object aliased_producer(const producer_info& producer);

/// {dataProducerId, id, peerId?, label, protocol, paused, appData}
json_object aliased_data_producer(const data_producer_info& producer);

/// One request: its name, its decoder and its reply encoder.
struct camel_method {
  std::string_view event;
  camel_role role = camel_role::of_member;
  /// Null if `role` determines the request.
  request_decoder read = nullptr;
  /// Names of arguments that are not wrapped in an object.
  std::array<std::string_view, 2> positions{};
  camel_reply_encoder acknowledge = bare_reply;
  /// The event that answers a client without a callback: its name, by default
  /// that of the request, and its encoder, by default `acknowledge`.
  std::string_view answer_event = {};
  camel_reply_encoder answer_encoder = nullptr;
  camel_error_text error_text = nullptr;
  /// Joins only rooms that a client has opened, if the call has a callback to
  /// report the refusal.
  bool existing_room = false;
  /// Whether the request's name alone determines the transport's direction.
  bool implies_direction = false;
  /// Whether this name identifies the vocabulary. False if another vocabulary
  /// has a request of the same name.
  bool identifies_vocabulary = true;
};

/// The method table of one document, and the events that only it pushes.
struct camel_method_table {
  std::span<const camel_method> methods;
  /// Makes the packet by which this document names an event; empty if it has
  /// none.
  std::string (*push)(const any_event& event) = nullptr;
};

/// The table that all documents share, in camel_methods.cpp.
camel_method_table common_camel_method_table();

/// Data channels, in camel_data.cpp: no document defines them.
camel_method_table data_camel_method_table();

/// All tables, in dialect.cpp: the common one and those of the documents.
std::span<const camel_method_table> camel_method_tables();

/// Reads create_transport, with the direction that the request's name implies.
checked<request> read_create_sending(const rapidjson::Value& payload);
checked<request> read_create_receiving(const rapidjson::Value& payload);

/// Reads connect_transport, likewise.
checked<request> read_connect_sending(const rapidjson::Value& payload);
checked<request> read_connect_receiving(const rapidjson::Value& payload);

} // namespace troupe::protocol
