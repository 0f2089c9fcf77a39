#pragma once

#include "actors/peer/peer_actor.hpp"
#include "actors/session/session_context.hpp"
#include "actors/session/session_membership.hpp"

namespace troupe::actors {

/// INTERNAL to the session actor: spawns, follows and ends the client's peers.
class session_peers {
public:
  explicit session_peers(session_context& session) : session_(session) {}

  /// Whether the client has a peer, also one whose join is under way.
  bool joined() const {
    return membership_.joined();
  }

  /// The peer that carries out the client's requests, or null.
  const peer_actor& current() const {
    return membership_.current();
  }

  /// Spawns the peer by which the client joins a room, or moves to it.
  void begin_join();

  /// The room has admitted the client, or has given it another id. Ends the
  /// peer that the client leaves by that, if there is one.
  void confirm_join(bool can_return);

  /// The join of the new peer has failed: ends that peer. A client that was to
  /// move has its previous peer, as if nothing had been requested.
  void revert_join();

  /// Continues with the peer that the user had before.
  void adopt(const peer_resumed& x);

  /// Ends the client's peer. `why` is for the log.
  void leave(leave_reason why = leave_reason::left);

  /// The client is dismissed: ends all that it has. A peer whose join is under
  /// way (`entering`) ends with its response, which says which peer is the
  /// client's.
  void leave_all(bool entering);

  /// Ends the client's peer, unless its connection is lost and it can come
  /// back: then the peer waits for it.
  void handle_closed(const connection_closed& how);

  /// An actor has ended. Returns whether that is the client's peer.
  bool handle_down(const caf::actor_addr& source);

private:
  // The session ends if a peer that it follows fails.
  void follow(const peer_actor& peer);
  void unfollow(const peer_actor& peer);

  // Ends a peer; without effect on null.
  void close(const peer_actor& peer, leave_reason why = leave_reason::left);

  session_context& session_;
  session_membership<peer_actor> membership_;
};

} // namespace troupe::actors
