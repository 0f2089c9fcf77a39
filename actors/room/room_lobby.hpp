#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/room/knock_list.hpp"
#include "actors/room/member_table.hpp"
#include "actors/room/room_actor.hpp"

namespace troupe::actors {

struct room_state;

/// INTERNAL to the room actor: the room's lobby, in which clients wait until a
/// host lets them in.
class room_lobby {
public:
  explicit room_lobby(room_state& room) : room_(room) {}

  bool enabled() const {
    return knocks_.enabled();
  }

  /// How many clients wait.
  size_t waiting() const {
    return knocks_.size();
  }

  /// Whether a client that may join has to be let in by a host first: all but
  /// hosts by token, former members and the first member.
  bool must_knock(const join_room& x) const;

  /// Lets the client wait if it can. Returns the answer to its join.
  protocol::error receive(const join_room& x);

  /// A member has left, and may come back.
  void remember(const room_member& left) {
    if (left.presence == presence::shown)
      knocks_.remember(left.claim.secret());
  }

  /// The client of that session has joined.
  void forget(const session_listener_actor& session);

  /// An actor has ended. Returns whether it was the session of a client that
  /// waited here.
  bool handle_down(const caf::actor_addr& source) {
    return knocks_.forget(source.id());
  }

  /// The hosts have changed, or one of them has a new connection.
  void note_hosts() {
    knocks_.note_change();
  }

  /// The room has no member: all that wait are refused, and there is no lobby.
  void close();

  /// A `lobby_tick` has come. Call drain() afterwards.
  void handle_tick(net::time_point now) {
    timer_.fired(now);
  }

  /// Ends the waits that took too long, and reports the list when it is due.
  void drain();

  /// Verbs of moderators; `by` is empty for the server's operator.
  caf::result<done> carry_out(const peer_id& by,
                              const protocol::verb::set_lobby& x);
  caf::result<done> carry_out(const peer_id& by,
                              const protocol::verb::let_in& x);
  caf::result<done> carry_out(const peer_id& by,
                              const protocol::verb::turn_away& x);
  caf::result<done> carry_out(const peer_id& by,
                              const protocol::verb::message_lobby& x);

private:
  void end(const knock& x, knock_verdict verdict);

  // Tells the hosts who waits, and those that wait how many they are.
  void report(net::time_point now);

  room_state& room_;
  knock_list knocks_;
  actor_timer timer_;
};

} // namespace troupe::actors
