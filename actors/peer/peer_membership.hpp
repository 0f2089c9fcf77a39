#pragma once

#include "actors/base/scoped_monitor.hpp"
#include "actors/peer/peer_context.hpp"

namespace troupe::actors {

/// INTERNAL to the peer actor: its place in the room, and the session to which
/// it belongs.
class peer_membership {
public:
  explicit peer_membership(peer_context& peer) : peer_(peer) {}

  void begin(const peer_config& cfg);

  // -- verbs ------------------------------------------------------------------

  caf::result<reply::joined> join(verb::join& x);
  caf::result<reply::joined> announce(verb::announce& x);
  caf::result<reply::ok> set_name(verb::set_display_name& x);

  /// Requests from the room what only moderators may do.
  caf::result<reply::ok> moderate(moderate_room x);

  /// Passes a verb to the room, which answers it.
  template <class Verb>
  caf::result<typename Verb::reply> pass(Verb& x) {
    if (peer_.hidden)
      return refuse(error_code::not_joined);
    auto promise = peer_.self->make_response_promise<typename Verb::reply>();
    relay(peer_.self->request(peer_.room, peer_.time_left(), std::move(x)),
          promise);
    return promise;
  }

  // -- the session ------------------------------------------------------------

  /// Whether the current message is from a session that another has replaced.
  bool of_former_session() const;

  /// The connection is lost, if that session still is the peer's.
  void handle_session_lost(const session_lost& x);

  /// The connection is lost, or the session ended without closing this peer.
  void handle_disconnect();

  /// The user is back on another connection.
  void adopt(adopt_session& x);

private:
  caf::result<reply::joined> identify(verb::join& x);

  // The room has admitted the peer.
  void enter(room_joined& entered);

  // Undoes a join that the room granted after its deadline.
  void undo_join(const room_joined& entered);

  peer_context& peer_;
  room_gate_actor gate_;
  client_facts client_;     // of the session by which the peer joins
  scoped_monitor overseer_; // the session, or the room while there is none
  uint64_t joiner_ = 0;     // see adopt_session
};

} // namespace troupe::actors
