#pragma once

#include "actors/session/session_actor.hpp"
#include "net/io/http/http_types.hpp"

#include <string_view>

namespace troupe::actors {

/// A request over HTTP of one client, and how to respond to it.
struct http_call_arrived {
  const protocol::dialect_entry* dialect = nullptr;
  protocol::handshake hello;
  std::optional<protocol::identity> who;
  protocol::http_plan plan;
  net::http_request request;
  net::http_responder respond;
};

/// Names a client: peer ids are unique within a room only, and clients of two
/// dialects are strangers to each other.
struct http_client_key {
  std::string_view dialect; // its name, which lives on
  room_id room;
  peer_id peer;

  auto operator<=>(const http_client_key&) const = default;
};

/// INTERNAL: a client's session has closed its connection.
struct http_client_gone {
  http_client_key key;
  uint64_t connection = 0;
};

/// The HTTP CLIENTS actor interface: the clients that have no connection and
/// send HTTP requests instead. Each has a session all the same, whose
/// connection consists of its requests.
using http_clients_actor = caf::typed_actor<
    // Passes the request to its client's session, which the first request
    // spawns. Of several sessions with one key, the request's secret says which
    // is meant.
    caf::reacts_to<http_call_arrived>,
    // INTERNAL: removes a client.
    caf::reacts_to<http_client_gone>>;

/// Parameters of these clients' sessions.
struct http_clients_config {
  std::shared_ptr<const media_services> services;
  room_gate_actor gate;
  std::shared_ptr<const authenticator> auth = nullptr;
};

/// The actor ends all its clients' sessions when it ends.
http_clients_actor spawn_http_clients(caf::actor_system& system,
                                      http_clients_config settings);

/// The maximum number of such clients that are not viewers.
inline constexpr size_t max_http_clients = 1000;

/// The maximum number of viewers.
inline constexpr size_t max_http_viewers = 10'000;

} // namespace troupe::actors
