#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::load {

/// The dialects of clients.
enum class dialect : uint8_t {
  /// A: plain WebSocket frames {type, data, id}.
  ws,
  /// B: Socket.IO events with acknowledgements, over Engine.IO on a WebSocket.
  events,
};

/// "a" or "b".
std::string_view to_string(dialect x);

std::optional<dialect> dialect_from(std::string_view name);

/// The methods of a client, in either dialect.
enum class method : uint8_t {
  get_capabilities,
  /// B only: in A, connecting is joining.
  join,
  list_producers,
  create_transport,
  connect_transport,
  produce,
  consume,
  pause_consumer,
  resume_consumer,
  set_preferred_layers,
  request_key_frame,
  pause_producer,
  resume_producer,
  close_producer,
  leave,
};

/// The room that a member joins, and its user id.
struct join_target {
  std::string room;
  /// Contains only characters that need no escape in a URL.
  std::string user;
};

/// The response to a request.
struct received_answer {
  uint64_t id = 0;
  /// The server's error message; empty without an error.
  std::string error;
  /// The error code, if the server sends one ("overloaded").
  std::string code;
  /// The payload, without the dialect's envelope.
  rapidjson::Document data;
};

/// An event from the server, by its name in both dialects ("new-producer").
struct received_push {
  std::string name;
  rapidjson::Document data;
};

/// The connection is ready for requests.
struct received_ready {
  /// B: the id by which others know this client. A: empty, it is the user.
  std::string peer;
};

/// The dialect requires this reply at once.
struct received_ping {
  std::string reply;
};

/// A frame that clients ignore.
struct received_nothing {};

/// The server refuses or ends the connection, or sent an invalid frame.
struct received_end {
  std::string reason;
  /// The error code, if the server sends one.
  std::string code;
};

using received_frame =
    std::variant<received_nothing, received_ready, received_ping,
                 received_answer, received_push, received_end>;

/// Encodes and decodes a dialect on the client's side, as texts. One object per
/// connection, since acknowledgements refer to earlier requests.
class dialect_wire {
public:
  virtual ~dialect_wire() = default;

  /// The path and query of the WebSocket.
  virtual std::string target() const = 0;

  /// Whether requests may be sent once the WebSocket is open, rather than only
  /// after `received_ready`.
  virtual bool ready_when_open() const = 0;

  /// Encodes a request with the JSON object `payload`.
  virtual std::string encode(uint64_t id, method what,
                             std::string_view payload) = 0;

  /// Decodes a frame.
  virtual received_frame decode(std::string_view text) = 0;
};

std::unique_ptr<dialect_wire> make_wire(dialect x, const join_target& where);

} // namespace troupe::load
