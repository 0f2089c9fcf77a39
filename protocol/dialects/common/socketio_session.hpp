#pragma once

#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "protocol/dialects/common/dialect_outbox.hpp"
#include "protocol/socketio/socketio.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

namespace troupe::protocol {

/// The configuration of a Socket.IO session.
struct socketio_config {
  /// The namespaces that clients may connect to.
  std::set<std::string, std::less<>> namespaces{"/"};
  socketio_limits limits;
  /// Maximum octets of all attachments of one packet.
  size_t max_attachment_bytes = 256 * 1024;
  /// Closes a connection that has been in no namespace for this long, since its
  /// start or since it left the last one.
  net::duration connect_timeout = std::chrono::seconds{5};
  /// Whether a client that connects to an existing namespace must also wait for
  /// admit() or deny().
  bool admission_required = false;
  /// Derives a sid from a secret by a one-way function. Clients get the secret
  /// in their `pid`; a client that sends it on its next connection gets the
  /// same sid. Null for the plain protocol, without `pid`.
  std::string (*derive_sid)(std::string_view secret) = nullptr;
};

/// A client wants to connect to a namespace, and waits for admit() or deny().
struct socketio_connect_request {
  std::string nsp;
  /// The client's `auth`: an object, or null.
  rapidjson::Document auth;
};

/// A client has connected to a namespace, and has been sent its new sid.
struct socketio_connected {
  std::string nsp;
  std::string sid;
  /// The client's `auth`: an object, or null.
  rapidjson::Document auth;
  /// The sid was derived from a secret that only this client has.
  bool derived = false;
};

/// A client has disconnected from a namespace. Not reported if the whole
/// connection ends.
struct socketio_disconnected {
  std::string nsp;
};

/// A client has emitted an event, complete with its attachments.
struct socketio_event {
  std::string nsp;
  /// Present when the client waits for an acknowledgement.
  std::optional<int64_t> id;
  /// An array: the name, then the arguments. The k-th attachment is represented
  /// by `{"_placeholder":true,"num":k}`.
  rapidjson::Document data;
  std::vector<std::string> attachments;

  /// The event's name.
  std::string_view name() const {
    return {data[0].GetString(), data[0].GetStringLength()};
  }
};

/// An action of a client.
using socketio_input =
    std::variant<socketio_connect_request, socketio_connected,
                 socketio_disconnected, socketio_event>;

/// The Socket.IO protocol of one connection: translates between Engine.IO
/// messages and events. An engine in the sense of `dialect`.
///
/// As with the reference server, a malformed packet, a packet that its
/// namespace's state does not allow, or text between attachments closes the
/// connection; an unknown namespace only gets CONNECT_ERROR. The client's
/// acknowledgements are checked and ignored, since the server requests none.
class socketio_session {
public:
  /// `random` generates the sids and must outlive the session.
  socketio_session(socketio_config config, net::rng& random,
                   net::time_point now);

  void handle_frame(const frame& in, net::time_point now);

  void handle_timeout(net::time_point now);

  std::optional<net::time_point> poll_timeout() const;

  std::optional<socketio_input> poll_input();

  std::optional<frame> poll_frame();

  /// The codes are 1002 for a malformed packet, 1009 for a large one and 1008
  /// for a client that connects to no namespace in time.
  std::optional<close_connection> poll_close();

  /// Admits a client that waits for it. Does nothing if the client no longer
  /// waits, for example because the connection closes.
  void admit(const std::string& nsp);

  /// Refuses a waiting client with CONNECT_ERROR. `data` is the JSON of an
  /// object with a `message`.
  void deny(const std::string& nsp, std::string_view data);

  /// Sends an event. `data` is the JSON of an array whose first element is the
  /// name. Does nothing if the client is not in `nsp`; the same holds for
  /// acknowledge().
  void emit(std::string_view nsp, std::string_view data,
            std::vector<std::string> attachments = {});

  /// Sends an event whose packet was made by encode_socketio_packet() and is
  /// shared with other connections. It has no attachments.
  void emit(std::string_view nsp, shared_text packet);

  /// Answers the event with that id. `data` is the JSON of an array with the
  /// arguments of the client's callback.
  void acknowledge(std::string_view nsp, int64_t id, std::string_view data,
                   std::vector<std::string> attachments = {});

  /// Disconnects the client from that namespace. A client reconnects by itself
  /// after its connection ends, but not after this.
  void disconnect(std::string_view nsp);

  /// Whether the client is in that namespace.
  bool connected(std::string_view nsp) const;

  /// Ends the connection after the frames queued so far have been sent.
  void close(uint16_t code, std::string_view reason);

private:
  // An event or acknowledgement whose attachments are not yet complete.
  struct reassembly {
    socketio_packet packet;
    std::vector<std::string> attachments;
    size_t bytes = 0;
  };

  void handle_text(const std::string& text, net::time_point now);
  void handle_attachment(const std::string& bytes);
  void handle_packet(socketio_packet packet, net::time_point now);
  void handle_connect(socketio_packet packet);
  void enter(std::string nsp, rapidjson::Document auth);

  // The secret that the client showed, or a new one.
  std::string choose_secret(const rapidjson::Value& shown);
  void deliver(socketio_packet packet, std::vector<std::string> attachments);
  void refuse(std::error_code why);
  void send(socketio_type type, std::string_view nsp, std::optional<int64_t> id,
            std::string_view data, std::vector<std::string> attachments = {});

  const socketio_config config_;
  net::rng& random_;
  std::set<std::string, std::less<>> connected_;
  // The `auth` of each namespace whose CONNECT waits for admit() or deny().
  std::map<std::string, rapidjson::Document> waiting_;
  std::optional<net::time_point> deadline_;
  std::optional<reassembly> reassembly_;
  std::deque<socketio_input> inputs_;
  dialect_outbox out_;
};

} // namespace troupe::protocol
