#pragma once

#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "protocol/dialects/common/outstanding_requests.hpp"
#include "protocol/dialects/common/socketio_session.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// An event of the client that may need an answer.
struct socketio_call {
  std::string event;
  /// Present when the client gave a callback.
  std::optional<int64_t> id;
  /// Set by the vocabulary, and returned with each outcome.
  uint64_t tag = 0;
};

/// One client's connection as seen by a vocabulary: the client's data, requests
/// to the server, and messages to the client.
class socketio_link {
public:
  /// `random` must outlive the link.
  socketio_link(handshake hello, net::rng& random, net::time_point now);

  /// The client's id in the root namespace: new with every CONNECT, unless the
  /// client shows the secret from which it was derived.
  const std::string& sid() const {
    return sid_;
  }

  /// A text that the client gave on connecting, in its `auth` or else in the
  /// query of its handshake.
  std::optional<std::string> handshake_value(std::string_view name) const;

  /// The display name: from the payload, else as given on connecting.
  std::optional<std::string> name_of(const rapidjson::Value& payload) const;

  /// Where the client may get another token; see handshake.
  const std::string& login_url() const {
    return hello_.login_url;
  }

  /// The time of the client's last frame or of the last timeout.
  net::time_point now() const {
    return now_;
  }

  /// Queues a request to the server. Its outcome is reported with `origin`, or
  /// not at all if that is absent.
  void ask(request what, std::optional<socketio_call> origin);

  /// Removes the queued requests of that call that have not been polled yet.
  /// Returns their number.
  size_t withdraw(const socketio_call& origin);

  /// Records that the vocabulary refused a call without asking the server.
  void note_refusal(error_code why) {
    refused_.push_back(why);
  }

  /// Calls the client's callback with exactly one argument, given as JSON. Does
  /// nothing if there is no callback.
  void answer(const socketio_call& call, std::string_view json);

  /// Emits an event with exactly one argument, given as JSON.
  void emit(std::string_view event, std::string_view json);

  /// Emits a packet of event_packet(), which other links may share.
  void emit(shared_text packet);

  /// The packet of an event with exactly one argument, given as JSON.
  static std::string event_packet(std::string_view event,
                                  std::string_view json);

private:
  friend class socketio_dialect;

  // Forgets a client that has left the namespace.
  void reset();

  // Removes and returns the call of that token; nothing if there is none.
  std::optional<socketio_call> take_call(request_token token);

  const handshake hello_;
  net::time_point now_;
  socketio_session session_;
  std::string sid_;
  bool derived_ = false; // from a secret of the client
  rapidjson::Document auth_;
  std::deque<pending_request> requests_;
  outstanding_requests<std::optional<socketio_call>> outstanding_;
  std::vector<error_code> refused_;
};

/// The names and encodings of one dialect over Socket.IO.
class socketio_vocabulary {
public:
  virtual ~socketio_vocabulary() = default;

  /// `arguments` is an array: the event's name, then the arguments.
  virtual void handle_call(const socketio_call& call,
                           const rapidjson::Value& arguments,
                           socketio_link& link) = 0;

  /// Handles the outcome of a request that handle_call() made for `call`.
  virtual void handle_outcome(const socketio_call& call, const outcome& result,
                              socketio_link& link) = 0;

  virtual void handle_event(const any_event& event, socketio_link& link) = 0;

  /// See dialect::handle_shared_event().
  virtual void handle_shared_event(const shared_event_encoding& event,
                                   socketio_link& link) {
    handle_event(event.what(), link);
  }

  /// See dialect::handle_participants().
  virtual void handle_participants(const shared_participants_encoding&,
                                   socketio_link&) {}

  /// For vocabularies with deadlines; see dialect.
  virtual void handle_timeout(net::time_point, socketio_link&) {}

  virtual std::optional<net::time_point> poll_timeout() const {
    return std::nullopt;
  }
};

/// Lets socketio_dialect find a vocabulary without knowing its name.
struct socketio_vocabulary_entry {
  std::string_view name;

  /// Whether this event identifies the vocabulary if the client sends it first.
  /// The first vocabulary that returns true serves the client from then on.
  bool (*identifies)(std::string_view event);

  std::unique_ptr<socketio_vocabulary> (*make)();
};

/// All vocabularies, in the order in which they are tried. The first serves
/// clients whose events so far identify none.
std::span<const socketio_vocabulary_entry> socketio_vocabularies();

} // namespace troupe::protocol
