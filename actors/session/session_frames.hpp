#pragma once

#include "actors/session/frame_queue.hpp"
#include "actors/session/frame_sender.hpp"
#include "actors/session/session_requests.hpp"

namespace troupe::actors {

/// INTERNAL to the session actor: passes the client's frames to the dialect,
/// its requests on, and the dialect's frames to the client.
class session_frames {
public:
  session_frames(session_context& session, session_requests& requests)
      : session_(session)
      , requests_(requests) {}

  /// Queues a frame until its turn comes: a dialect remembers one request,
  /// however many a client sends at once.
  void queue(frame_received x);

  /// The client has read most of what it was sent.
  void handle_drained();

  /// Passes on everything that is ready, both ways.
  void pass();

private:
  // Handles one request or frame; false if there is none.
  bool work();

  // Passes the next frame to the dialect; false if there is none.
  bool handle_next();

  session_context& session_;
  session_requests& requests_;
  frame_sender sender_;
  frame_queue inbox_;
};

} // namespace troupe::actors
