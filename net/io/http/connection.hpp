#pragma once

#include "net/base/client_liveness.hpp"
#include "net/io/http/http_types.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::net {

/// Why a connection ended (RFC 6455, section 7.4.1, and protoo).
namespace close_code {
constexpr uint16_t normal = 1000;
constexpr uint16_t going_away = 1001;
constexpr uint16_t protocol_error = 1002;
/// Never sent: the client's close frame had no code.
constexpr uint16_t no_status = 1005;
/// Never sent: the connection broke without a close frame.
constexpr uint16_t abnormal = 1006;
constexpr uint16_t bad_payload = 1007;
constexpr uint16_t policy_violation = 1008;
constexpr uint16_t too_big = 1009;
constexpr uint16_t internal_error = 1011;
/// The client reads too slowly, or the server is full: reconnect later.
constexpr uint16_t try_again_later = 1013;
/// protoo: the client must not reconnect.
constexpr uint16_t protoo_closed = 4000;
} // namespace close_code

/// A message's octets, shared by all connections that it is sent to.
using shared_text = std::shared_ptr<const std::string>;

/// A message to a client.
struct outgoing_message {
  shared_text text;
  bool binary = false;
};

/// A message from a client.
struct incoming_message {
  std::string data;
  bool binary = false;
  /// Counts the message as undelivered while it lives; its connection is not
  /// read while too much is undelivered. Keep it until the message is handled.
  std::shared_ptr<void> receipt = {};
};

/// A client's connection for messages in both directions: a WebSocket, or an
/// Engine.IO session on any transport. Thread-safe and non-blocking; messages
/// leave in the order of one thread's calls. Does nothing once the connection
/// has ended.
class connection {
public:
  virtual ~connection() = default;

  /// Queues messages, which leave together if possible; texts must be UTF-8. A
  /// client that leaves more than the configured number of octets unread, or
  /// reads nothing for the configured time, is closed with
  /// `close_code::try_again_later`. One call counts at most half of these
  /// octets, however much it sends.
  virtual void send(std::vector<outgoing_message> messages) = 0;

  /// Queues a text message.
  void send_text(shared_text text) {
    send_one({std::move(text), false});
  }

  void send_text(std::string text) {
    send_text(std::make_shared<const std::string>(std::move(text)));
  }

  /// Queues a binary message.
  void send_binary(shared_text octets) {
    send_one({std::move(octets), true});
  }

  /// Asks for `connection_events::on_drained` once little of the sent data is
  /// still queued; it may come at once. False if it will not come, since there
  /// is no queue to wait for.
  virtual bool await_drain() {
    return false;
  }

  /// Sends what is queued, then closes. Only a WebSocket sends code and reason
  /// to the client. `on_close` follows.
  virtual void close(uint16_t code, std::string reason = {}) = 0;

  /// Where the client's media notes that the client is alive, so that the
  /// connection need not ping it. Null if the connection has no use for that.
  virtual std::shared_ptr<client_liveness> liveness() const {
    return nullptr;
  }

  /// The request that opened this connection; valid while it lives.
  virtual const http_request& request() const = 0;

  /// The connection kind that the upgrade decision chose.
  virtual const std::string& kind() const = 0;

  /// Unique within this process, for logs.
  virtual uint64_t id() const = 0;

  const socket_address& remote_address() const {
    return request().remote;
  }

  /// The server address that the client reached: the best to announce to it.
  const socket_address& local_address() const {
    return request().local;
  }

private:
  void send_one(outgoing_message x) {
    std::vector<outgoing_message> all;
    all.push_back(std::move(x));
    send(std::move(all));
  }
};

/// Receives the messages and the end of a connection. Called on one I/O thread,
/// never concurrently; must not block. Destroyed after `on_close`.
class connection_events {
public:
  virtual ~connection_events() = default;

  virtual void on_message(incoming_message x) = 0;

  /// Called once after `connection::await_drain`.
  virtual void on_drained() {}

  /// The connection has ended, by either side. Called exactly once.
  virtual void on_close(uint16_t code) = 0;
};

} // namespace troupe::net
