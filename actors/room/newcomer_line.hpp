#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/room/admission_line.hpp"
#include "actors/room/server_actor.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <optional>
#include <unordered_map>

namespace troupe::actors {

/// INTERNAL to the server actor: the line in which newcomers wait while the
/// server is busy, and after that until those before them are in.
///
/// A join that has to wait is answered with the reason `in_line`; its session
/// keeps it and repeats it when a `knock_ended` says that it may, as after a
/// wait in a lobby. A request to open a room is kept here instead.
class newcomer_line {
public:
  newcomer_line(server_actor::pointer self, const room_services& services)
      : self_(self)
      , load_(services.shards.load)
      , line_(services.max_in_line) {}

  /// Why a join may not go on now: it has to wait, or is refused.
  std::optional<protocol::error> stop(const join_room& x, newcomer kind);

  /// The response to a request to open a room that may not go on now: it comes
  /// later, or is a refusal already.
  std::optional<caf::typed_response_promise<done>> stop(const open_room& x);

  /// An actor has ended. Returns whether it was a session that had waited here.
  bool handle_down(const caf::actor_addr& source);

  /// Admits those whose turn it is, and refuses those that have waited for too
  /// long.
  void handle_tick();

private:
  // A session that waits, or that has had its turn and not entered yet.
  struct waiter {
    session_listener_actor session;
    newcomer kind = newcomer::member;
    room_id room;
    peer_id peer;        // empty for a room to open
    uint64_t joiner = 0; // see knock_ended
    std::optional<open_room> opening = {};
    caf::typed_response_promise<done> promise = {};
  };

  // Whether the session may go on now.
  bool passes(uint64_t session, newcomer kind, bool can_wait);

  // Lets it wait. Returns false if the line is full.
  bool add(waiter x, net::duration patience);

  // Refuses a newcomer that has not waited.
  protocol::error refuse(newcomer kind, const room_id& room,
                         const peer_id& peer);

  void admit(const admission_line::ended& x);
  void give_up(const admission_line::ended& x);

  // Tells all that wait their places.
  void report();

  void note_end(wait_end how, net::duration waited);

  // Shows how many wait, and arms the timer.
  void drain();

  server_actor::pointer self_;
  std::shared_ptr<overload_state_board> load_;
  admission_line line_;
  std::unordered_map<uint64_t, waiter> waiters_; // by session
  actor_timer timer_;
};

} // namespace troupe::actors
