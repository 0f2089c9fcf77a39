#pragma once

#include "net/base/bytes.hpp"
#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "protocol/http_call.hpp"
#include "protocol/verbs.hpp"
#include "protocol/worded.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// What carries a dialect's frames.
enum class carrier : uint8_t {
  /// A WebSocket of its own.
  websocket,
  /// Socket.IO packets over Engine.IO, whichever transport that uses.
  socketio,
  /// HTTP requests, each of which names its client.
  http,
};

/// How a client knocked: the HTTP request that opened its connection.
struct handshake {
  protocol::carrier carrier = carrier::websocket;
  std::string path;                         // "/socket"
  std::map<std::string, std::string> query; // decoded; the last of twins wins
  std::string subprotocol;                  // Sec-WebSocket-Protocol
  std::string bearer;                       // Authorization: Bearer

  /// Nobody may enter without a token, and who knocks has not shown a valid
  /// one yet: the dialect asks verb::authenticate before anything else.
  bool token_wanted = false;

  /// How long the client may stay silent before it says what it wants, where
  /// its protocol obliges it to: Socket.IO's CONNECT.
  net::duration connect_timeout = std::chrono::seconds{5};
  /// What the server has to offer: makes an id of a secret that tells nothing
  /// about the secret, for clients that may come back. Null where it has none.
  std::string (*derive_id)(std::string_view secret) = nullptr;
};

/// A message of the connection: text or binary, one WebSocket frame or
/// Engine.IO message each.
struct frame {
  std::string payload;
  bool binary = false;
  /// The text in place of `payload`, where others are sent the same one.
  shared_text shared = nullptr;

  const std::string& text() const {
    return shared ? *shared : payload;
  }

  bool operator==(const frame& other) const {
    return binary == other.binary && text() == other.text();
  }
};

/// Names one request of a connection until it is answered.
using request_token = uint64_t;

/// A request in canonical form, with the token that its outcome is given by.
struct pending_request {
  request_token token = 0;
  protocol::request request;
};

/// Ends the connection with a WebSocket close code (RFC 6455, section 7.4).
struct close_connection {
  uint16_t code = 1000;
  std::string reason;
};

/// One connection's way of speaking: frames in, canonical requests out;
/// canonical outcomes and events in, frames out. An engine: no socket, no
/// thread, no clock. Requests come out in the order of their frames, and
/// whoever drives it answers them in that order.
///
/// A frame that cannot be understood is answered in the dialect's own words
/// or closes this connection; it never yields a request.
class dialect {
public:
  virtual ~dialect() = default;

  virtual void handle_frame(const frame& in, net::time_point now) = 0;

  /// The outcome of a request that poll_request gave out.
  virtual void handle_outcome(request_token token, const outcome& result) = 0;

  virtual void handle_event(const any_event& event) = 0;

  /// The same for an event that others are told as well, whose text can be
  /// theirs.
  virtual void handle_shared_event(const worded_event& event) {
    handle_event(event.what());
  }

  /// Everybody who is in the room, the client included, because something
  /// about some of the others has changed: for clients that expect the whole
  /// list. Follows the events of these changes; many of them may have one
  /// list.
  virtual void handle_participants(const worded_participants&) {}

  /// The server ends the connection, on which nothing more is said: what to
  /// close it with, once the frames that are still there are out. Unless the
  /// dialect knows better, that is 4001, 4003, 4004 or 1008, in the order
  /// of `end_reason`.
  virtual close_connection handle_end(end_reason why);

  /// For deadlines such as that of Socket.IO's CONNECT.
  virtual void handle_timeout(net::time_point now) = 0;

  virtual std::optional<net::time_point> poll_timeout() const = 0;

  virtual std::optional<pending_request> poll_request() = 0;

  virtual std::optional<frame> poll_frame() = 0;

  /// Set once, after the last frame, when the connection is to be closed.
  virtual std::optional<close_connection> poll_close() = 0;

  /// The code of a request that was refused by the dialect itself, so that
  /// poll_request never gave it out: each once.
  std::optional<error_code> poll_refusal();

protected:
  void note_refusal(error_code why) {
    refused_.push_back(why);
  }

private:
  std::vector<error_code> refused_;
};

/// A refusal before a connection is upgraded.
struct handshake_refusal {
  int http_status = 400;
  std::string reason;
};

/// The query parameters in which a dialect's clients say, as they knock, who
/// they are and where they want to go. Empty where they say it later.
struct handshake_names {
  std::string_view token; // besides "token", which all have
  std::string_view user;
  std::string_view room;
};

/// How the rest of the server finds a dialect, without knowing its name.
struct dialect_entry {
  std::string_view name;
  protocol::carrier carrier;

  /// Whether this dialect is meant by that handshake.
  bool (*matches)(const handshake&);

  /// Nothing where the handshake is complete.
  std::optional<handshake_refusal> (*refuses)(const handshake&);

  std::unique_ptr<dialect> (*make)(const handshake&, net::rng&,
                                   net::time_point now);

  /// What Sec-WebSocket-Protocol confirms to the client; empty for none.
  /// Browsers drop a connection whose offer is not confirmed.
  std::string_view subprotocol = {};

  handshake_names names = {};

  /// Of carrier::http: whether the request is this dialect's, and what it
  /// means. Null for others.
  std::optional<http_plan> (*read_call)(const http_call& call) = nullptr;
};

/// All dialects, in the order in which they are asked.
std::span<const dialect_entry> dialects();

/// The first dialect that matches, or null.
const dialect_entry* find_dialect(const handshake& in);

/// A request over HTTP that is some dialect's.
struct http_reading {
  const dialect_entry* dialect = nullptr;
  http_plan plan;
};

/// What a request over HTTP means; nothing where it is no dialect's.
std::optional<http_reading> read_http_call(const http_call& call);

} // namespace troupe::protocol
