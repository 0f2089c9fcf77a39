#pragma once

#include "actors/session/event_gate.hpp"
#include "actors/session/session_context.hpp"

namespace troupe::actors {

/// INTERNAL to the session actor: gives the dialect the events for its client.
class session_events {
public:
  explicit session_events(session_context& session) : session_(session) {}

  /// An event for this client only.
  void handle(const session_event& x);

  /// Events of a room. They are kept while a join is under way.
  void handle(room_events& x);

  /// A join, or a verb that is answered as a join, is sent to the peer.
  void begin_join();

  /// Whether a join is under way.
  bool joining() const {
    return gate_.closed();
  }

  /// The join has succeeded: the client is in this room now. Call it before the
  /// join is answered, and end_join() afterwards.
  void enter(uint64_t room);

  /// The join is answered: passes the events sent by the room meanwhile.
  void end_join();

  /// Sends what the others were sent when the server began to drain, if it
  /// does.
  void notify_drain();

private:
  void send(const room_events& x);

  session_context& session_;
  event_gate gate_;
};

} // namespace troupe::actors
