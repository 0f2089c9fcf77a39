#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/session/session_frames.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

/// INTERNAL to the session actor: its state, of one part for each idea, and its
/// behavior.
struct session_state {
  using pointer = session_actor::stateful_pointer<session_state>;

  static inline const char* name = "session";

  explicit session_state(pointer self) : session(self) {}

  ~session_state();

  session_actor::behavior_type make_behavior(session_config cfg);

  // Passes on everything that is ready, both ways, and arms the timer; or ends
  // the session, if its connection has ended.
  void drain();

  // Arms the timer for the dialect and for the end of the client's token.
  void arm_timer();

  void close_if_expired();

  // Sends the client why the server ends the connection, and closes it.
  void dismiss(protocol::end_reason why);

  session_context session;
  session_events events{session};
  session_peers peers{session};
  session_requests requests{session, events, peers, [this] {
                              drain();
                            }};
  session_frames frames{session, requests};
  std::optional<connection_closed> over; // set once the connection has ended
  actor_timer timer;
};

} // namespace troupe::actors
