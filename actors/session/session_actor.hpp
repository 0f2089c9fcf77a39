#pragma once

#include "actors/room/room_actor.hpp"
#include "actors/room/session_listener.hpp"
#include "actors/session/authenticator.hpp"
#include "actors/transport/media_services.hpp"
#include "net/io/http/connection.hpp"
#include "protocol/dialects/common/dialect.hpp"

namespace troupe::actors {

/// The SESSION actor interface: one connection, one dialect, at most one peer.
using session_actor = session_listener_actor::extend<
    // A frame from the client.
    caf::reacts_to<frame_received>,
    // The client has left, and its peer ends at once; or it is lost, and its
    // peer waits for it.
    caf::reacts_to<connection_closed>,
    // The client has read most of what it was sent.
    caf::reacts_to<connection_drained>,
    // INTERNAL: the dialect's timer.
    caf::reacts_to<dialect_tick>>;

/// Parameters of a session.
struct session_config {
  std::shared_ptr<net::connection> connection;
  const protocol::dialect_entry* dialect = nullptr;
  protocol::handshake handshake;
  std::shared_ptr<const media_services> services;
  room_gate_actor gate;
  /// If set, nothing is done for a client that is not identified.
  std::shared_ptr<const authenticator> auth = nullptr;
  /// The user, if known before the session begins.
  std::optional<protocol::identity> who = std::nullopt;
};

/// Spawns the session of a connection that has just been opened.
session_actor spawn_session(caf::actor_system& system, session_config settings);

} // namespace troupe::actors
