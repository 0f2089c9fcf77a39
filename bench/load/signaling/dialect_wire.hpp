#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::load {

/// How clients speak to the server.
enum class dialect : uint8_t {
  /// A: plain WebSocket frames {type, data, id}.
  ws,
  /// B: Socket.IO events with acknowledgements, over Engine.IO on a WebSocket.
  events,
};

/// "a" or "b".
std::string_view to_string(dialect x);

std::optional<dialect> dialect_from(std::string_view name);

/// What a client can ask for, in either dialect.
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

/// Where a member is to join, and as whom.
struct seat {
  std::string room;
  /// Characters that need no escape in a URL.
  std::string user;
};

/// The answer to a request.
struct heard_answer {
  uint64_t id = 0;
  /// What the server says is wrong; empty where nothing is.
  std::string error;
  /// The same for programs, where the server says it ("overloaded").
  std::string code;
  /// The payload, without the dialect's envelope.
  rapidjson::Document data;
};

/// Something that the server said by itself, by its name in both dialects
/// ("new-producer").
struct heard_push {
  std::string name;
  rapidjson::Document data;
};

/// The connection is ready for requests.
struct heard_ready {
  /// B: the id that others know this client by. A: empty, it is the user.
  std::string peer;
};

/// The dialect wants this frame sent at once.
struct heard_ping {
  std::string reply;
};

/// Nothing that a client cares for.
struct heard_nothing {};

/// The server refuses or ends the conversation, or cannot be understood.
struct heard_end {
  std::string reason;
  /// The reason for programs, where the server gives one.
  std::string code;
};

using heard_frame = std::variant<heard_nothing, heard_ready, heard_ping,
                                 heard_answer, heard_push, heard_end>;

/// A dialect, as a client writes and reads it: texts in, texts out. One object
/// for each connection, since acknowledgements refer to what was asked.
class dialect_wire {
public:
  virtual ~dialect_wire() = default;

  /// Path and query of the WebSocket.
  virtual std::string target() const = 0;

  /// Whether requests may be made once the WebSocket is open, rather than only
  /// after `heard_ready`.
  virtual bool ready_when_open() const = 0;

  /// The frame of a request whose payload is the JSON object `payload`.
  virtual std::string encode(uint64_t id, method what,
                             std::string_view payload) = 0;

  /// Reads a frame.
  virtual heard_frame decode(std::string_view text) = 0;
};

std::unique_ptr<dialect_wire> make_wire(dialect x, const seat& where);

} // namespace troupe::load
