#pragma once

#include "actors/session/session_actor.hpp"
#include "net/io/http/http_types.hpp"
#include "net/io/http/origin_policy.hpp"

#include <utility>

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

/// Identifies a client: peer ids are unique within a room only. A pair, since
/// either may contain any character.
using http_client_key = std::pair<room_id, peer_id>;

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
    // spawns.
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

/// The maximum number of such clients.
inline constexpr size_t max_http_clients = 1000;

/// Recognizes the requests over HTTP that belong to a dialect.
class http_clients {
public:
  http_clients(http_clients_actor target,
               std::shared_ptr<const authenticator> auth);

  /// The refusal of a request because of its origin, in the format of its
  /// dialect; nothing if it belongs to none.
  static std::optional<net::http_response>
  refuse_source(const net::http_request& request,
                const net::source_refusal& why);

  /// Handles requests of dialects only. May respond from any thread.
  bool handle(const net::http_request& request,
              const net::http_responder& respond) const;

private:
  // Authenticates the client of the call; returns the refusal if that fails.
  std::optional<net::http_response> check(http_call_arrived& call) const;

  const http_clients_actor target_;
  const std::shared_ptr<const authenticator> auth_;
};

} // namespace troupe::actors
