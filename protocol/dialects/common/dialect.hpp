#pragma once

#include "net/base/bytes.hpp"
#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "protocol/dialects/common/http_call.hpp"
#include "protocol/verbs/shared_encoding.hpp"
#include "protocol/verbs/verbs.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// The protocol that carries a dialect's frames.
enum class carrier : uint8_t {
  /// A WebSocket per connection.
  websocket,
  /// Socket.IO packets over Engine.IO, whichever transport that uses.
  socketio,
  /// HTTP requests, each of which names its client.
  http,
};

/// The HTTP request that opened a client's connection.
struct handshake {
  protocol::carrier carrier = carrier::websocket;
  std::string path;                         // "/socket"
  std::map<std::string, std::string> query; // decoded; last duplicate wins
  std::string subprotocol;                  // Sec-WebSocket-Protocol
  std::string bearer;                       // Authorization: Bearer

  /// Entering requires a token, and the client has not shown a valid one yet:
  /// the dialect asks verb::authenticate before anything else.
  bool token_required = false;

  /// The operator's sign-in, where clients whose token was refused may get
  /// another one. Empty if there is none.
  std::string login_url;

  /// How long the client may stay silent if its protocol requires a first
  /// message, as Socket.IO requires CONNECT.
  net::duration connect_timeout = std::chrono::seconds{5};
  /// For carrier::http: the secret of the client's session, if it has one. The
  /// session's URL ends with it.
  std::string session_secret;
  /// For carrier::http: the server made the client's id, because neither the
  /// request nor a token names one.
  bool has_made_id = false;
  /// Derives an id from a secret by a one-way function, for clients that may
  /// reconnect. Null if the server offers none.
  std::string (*derive_id)(std::string_view secret) = nullptr;
};

/// A message of the connection: text or binary, one WebSocket frame or
/// Engine.IO message each.
struct frame {
  std::string payload;
  bool binary = false;
  /// Used in place of `payload` if several connections send the same text.
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

/// A request in canonical form. Its outcome is reported with `token`.
struct pending_request {
  request_token token = 0;
  protocol::request request;
};

/// Ends the connection with a WebSocket close code (RFC 6455, section 7.4).
struct close_connection {
  uint16_t code = 1000;
  std::string reason;
};

/// Translates the frames of one connection to canonical requests, and canonical
/// outcomes and events to frames. An engine: no socket, no thread, no clock.
/// Requests come out in the order of their frames, and the caller reports their
/// outcomes in that order.
///
/// A frame that cannot be parsed gets an error in the dialect's format or
/// closes this connection; it never yields a request.
class dialect {
public:
  virtual ~dialect() = default;

  virtual void handle_frame(const frame& in, net::time_point now) = 0;

  /// Handles the outcome of a request that poll_request() returned.
  virtual void handle_outcome(request_token token, const outcome& result) = 0;

  virtual void handle_event(const any_event& event) = 0;

  /// Handles an event that is sent to several connections, which can share its
  /// encoded text.
  virtual void handle_shared_event(const shared_event_encoding& event) {
    handle_event(event.what());
  }

  /// Handles the list of all members in the room, the client included, after
  /// members other than the client have changed: for clients that expect the
  /// whole list. Called after the events of these changes; one list may cover
  /// several of them.
  virtual void handle_participants(const shared_participants_encoding&) {}

  /// The server ends the connection and sends nothing more on it. Returns the
  /// close code to use once the queued frames are out: 4001, 4003, 4004, 1008
  /// or 1000, in the order of `end_reason`, unless the dialect overrides it.
  virtual close_connection handle_end(end_reason why);

  /// Handles deadlines such as that of Socket.IO's CONNECT.
  virtual void handle_timeout(net::time_point now) = 0;

  virtual std::optional<net::time_point> poll_timeout() const = 0;

  virtual std::optional<pending_request> poll_request() = 0;

  virtual std::optional<frame> poll_frame() = 0;

  /// Returned once, after the last frame, if the connection is to be closed.
  virtual std::optional<close_connection> poll_close() = 0;

  /// Returns, once each, the code of a request that the dialect itself refused,
  /// so that poll_request() never returned it.
  std::optional<error_code> poll_refusal();

protected:
  void note_refusal(error_code why) {
    refused_.push_back(why);
  }

private:
  std::vector<error_code> refused_;
};

/// A refusal before the connection is upgraded.
struct handshake_refusal {
  int http_status = 400;
  std::string reason;
};

/// The query parameters of the handshake in which a dialect's clients send
/// their token, user and room. Empty if the dialect sends them later.
struct handshake_names {
  std::string_view token; // besides "token", which all dialects accept
  std::string_view user;
  std::string_view room;
};

/// Lets the rest of the server find a dialect without knowing its name.
struct dialect_entry {
  std::string_view name;
  protocol::carrier carrier;

  /// Whether the handshake belongs to this dialect.
  bool (*matches)(const handshake&);

  /// Returns nothing if the handshake is complete.
  std::optional<handshake_refusal> (*refuses)(const handshake&);

  std::unique_ptr<dialect> (*make)(const handshake&, net::rng&,
                                   net::time_point now);

  /// The value of Sec-WebSocket-Protocol in the response; empty for none.
  /// Browsers drop a connection whose offered subprotocol is not confirmed.
  std::string_view subprotocol = {};

  handshake_names names = {};

  /// For carrier::http: returns what the request means, or nothing if it does
  /// not belong to this dialect. Null for other carriers.
  std::optional<http_plan> (*read_call)(const http_call& call) = nullptr;

  /// For carrier::http: writes a refusal in the dialect's format. Null: as
  /// http_error() does.
  http_answer (*write_error)(unsigned status, const error& why) = nullptr;

  /// For carrier::http: a token is needed to begin only, so that the member
  /// stays after it has expired.
  bool outlives_token = false;

  /// How long its clients wait for the answer to a join: for as long as a lobby
  /// requires, or at most so long. 0 if they are to be refused at once.
  std::chrono::seconds patience = std::chrono::hours{24};
};

/// The refusal of an HTTP request, as its dialect writes it.
http_answer write_http_error(const dialect_entry& dialect, unsigned status,
                             const error& why);

/// All dialects, in the order in which find_dialect() tries them.
std::span<const dialect_entry> dialects();

/// The first dialect that matches, or null.
const dialect_entry* find_dialect(const handshake& in);

/// An HTTP request that belongs to a dialect.
struct http_reading {
  const dialect_entry* dialect = nullptr;
  http_plan plan;
};

/// Returns what an HTTP request means, or nothing if no dialect accepts it.
std::optional<http_reading> read_http_call(const http_call& call);

} // namespace troupe::protocol
