#pragma once

#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "protocol/dialect.hpp"
#include "protocol/socketio_session.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// An event of the client that may have to be answered.
struct socketio_call {
  std::string event;
  /// Present when the client gave a callback.
  std::optional<int64_t> id;
  /// The vocabulary's own mark: comes back with each outcome.
  uint64_t tag = 0;
};

/// One client's connection as a vocabulary sees it: what is known of the
/// client, and what can be asked of the server and said to the client.
class socketio_link {
public:
  /// `random` must outlive the link.
  socketio_link(handshake hello, net::rng& random, net::time_point now);

  /// The client's id in the root namespace: new with every CONNECT, unless
  /// the client shows the secret that it follows from.
  const std::string& sid() const {
    return sid_;
  }

  /// A text that the client gave on connecting, by its `auth` or, failing
  /// that, in the query of its handshake.
  std::optional<std::string> greeting(std::string_view name) const;

  /// What the person is called: by the payload, else by the greeting.
  std::optional<std::string> name_of(const rapidjson::Value& payload) const;

  /// When the client was last heard of.
  net::time_point now() const {
    return now_;
  }

  /// Hands a request to the server. Its outcome comes back with `origin`, or
  /// not at all where that is absent.
  void ask(request what, std::optional<socketio_call> origin);

  /// Takes back what was asked for that call's tag and is not under way yet.
  /// Returns how much that was.
  size_t withdraw(const socketio_call& origin);

  /// The vocabulary refuses what it was asked, and does not ask the server.
  void note_refusal(error_code why) {
    refused_.push_back(why);
  }

  /// Calls the client's callback with exactly one argument, given as JSON.
  /// Nothing happens when it gave none.
  void answer(const socketio_call& call, std::string_view json);

  /// Emits an event with exactly one argument, given as JSON.
  void emit(std::string_view event, std::string_view json);

  /// Emits what event_packet() made, which other links may share.
  void emit(shared_text packet);

  /// The packet of an event with exactly one argument, given as JSON.
  static std::string event_packet(std::string_view event,
                                  std::string_view json);

private:
  friend class socketio_dialect;

  // Forgets a client that has left the namespace.
  void reset();

  // What was asked under that token, once; nothing where nobody waits.
  std::optional<socketio_call> settle(request_token token);

  const handshake hello_;
  net::time_point now_;
  socketio_session session_;
  std::string sid_;
  bool derived_ = false; // from a secret of the client's
  rapidjson::Document auth_;
  std::deque<pending_request> requests_;
  std::map<request_token, std::optional<socketio_call>> asked_;
  request_token last_token_ = 0;
  std::vector<error_code> refused_;
};

/// The names and shapes of one dialect over Socket.IO.
class socketio_vocabulary {
public:
  virtual ~socketio_vocabulary() = default;

  /// `arguments` is an array: the event's name, then what came with it.
  virtual void handle_call(const socketio_call& call,
                           const rapidjson::Value& arguments,
                           socketio_link& link) = 0;

  /// What became of a request that handle_call() asked on behalf of `call`.
  virtual void handle_outcome(const socketio_call& call, const outcome& result,
                              socketio_link& link) = 0;

  virtual void handle_event(const any_event& event, socketio_link& link) = 0;

  /// See dialect::handle_shared_event().
  virtual void handle_shared_event(const worded_event& event,
                                   socketio_link& link) {
    handle_event(event.what(), link);
  }

  /// See dialect::handle_participants().
  virtual void handle_participants(const worded_participants&, socketio_link&) {
  }

  /// For vocabularies that put something off; see dialect.
  virtual void handle_timeout(net::time_point, socketio_link&) {}

  virtual std::optional<net::time_point> poll_timeout() const {
    return std::nullopt;
  }
};

/// How socketio_dialect finds a vocabulary, without knowing its name.
struct socketio_vocabulary_entry {
  std::string_view name;

  /// Whether a client's first words in this vocabulary may be this event. The
  /// first vocabulary that says so is the client's from then on.
  bool (*opens)(std::string_view event);

  std::unique_ptr<socketio_vocabulary> (*make)();
};

/// All vocabularies, in the order in which they are asked. The first answers
/// clients that have said nothing yet to be told apart by.
std::span<const socketio_vocabulary_entry> socketio_vocabularies();

} // namespace troupe::protocol
