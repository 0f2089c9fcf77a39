#pragma once

#include <cstdint>
#include <utility>

namespace troupe::actors {

/// Which peer is the client's. A client that moves to another room has two of
/// them until that join is answered: the new one, and the previous one, which
/// it keeps if the join fails.
///
/// The functions that give up a peer return it, so that the caller can end it.
/// `Peer` is a handle; one that was made by `Peer{}` is null.
template <class Peer>
class session_membership {
public:
  /// Whether the client has a peer, also one whose join is under way.
  bool joined() const {
    return static_cast<bool>(current_.peer);
  }

  /// The client's peer, or null. While the client moves, the new one.
  const Peer& current() const {
    return current_.peer;
  }

  /// The peer to return to if the client moves in vain, or null.
  const Peer& previous() const {
    return previous_.peer;
  }

  /// The actor id of the peer that the client joined by; see session_lost.
  uint64_t joiner() const {
    return current_.joiner;
  }

  /// Whether the client can come back to its peer on another connection.
  bool can_return() const {
    return joined() && current_.can_return;
  }

  /// A join begins by a new peer, whose actor id is `joiner`. If the client has
  /// a peer already, it moves. No other join is under way.
  void begin_join(Peer peer, uint64_t joiner) {
    previous_ = std::exchange(current_, {std::move(peer), joiner});
  }

  /// The client is a member of the room, or has another id in it. Returns the
  /// peer that it has left, or null.
  Peer confirm_join(bool can_return) {
    current_.can_return = can_return;
    return take_previous();
  }

  /// The join has failed: the client has its previous peer again, if it had one
  /// that is not over. Returns the new peer, or null.
  Peer revert_join() {
    return std::exchange(current_, std::exchange(previous_, {})).peer;
  }

  /// The peer that the user had before continues instead of the current one.
  void replace(Peer peer) {
    current_.peer = std::move(peer);
  }

  /// The client has no peer from now on, unless it moves in vain. Returns the
  /// current one, or null.
  Peer take_current() {
    return std::exchange(current_, {}).peer;
  }

  /// The client cannot have its previous peer back. Returns that, or null.
  Peer take_previous() {
    return std::exchange(previous_, {}).peer;
  }

private:
  struct place {
    Peer peer = {};
    uint64_t joiner = 0;
    bool can_return = false;
  };

  place current_;
  place previous_;
};

} // namespace troupe::actors
