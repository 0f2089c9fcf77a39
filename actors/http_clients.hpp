#pragma once

#include "actors/session_actor.hpp"
#include "net/io/http_types.hpp"
#include "net/io/origin_policy.hpp"

#include <utility>

namespace troupe::actors {

/// A request over HTTP that concerns one client, and how to answer it.
struct http_call_arrived {
  const protocol::dialect_entry* dialect = nullptr;
  protocol::handshake hello;
  std::optional<protocol::identity> who;
  protocol::http_plan plan;
  net::http_request request;
  net::http_responder respond;
};

/// Names a client among all: ids are unique within a room only. A pair, since
/// either may contain any character.
using http_client_key = std::pair<room_id, peer_id>;

/// INTERNAL: a client's session has closed its connection.
struct http_client_gone {
  http_client_key key;
  uint64_t connection = 0;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::http_call_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::http_client_gone)

namespace troupe::actors {

/// The HTTP CLIENTS actor interface: which clients there are that have no
/// connection and speak by HTTP requests. Each has a session all the same,
/// whose connection is made of its requests.
using http_clients_actor = caf::typed_actor<
    // Gives the request to its client's session, which comes into being with
    // the first.
    caf::reacts_to<http_call_arrived>,
    // INTERNAL: forgets one.
    caf::reacts_to<http_client_gone>>;

/// What these clients' sessions are made of.
struct http_clients_config {
  std::shared_ptr<const media_services> services;
  room_gate_actor gate;
  std::shared_ptr<const doorkeeper> door = nullptr;
};

/// Ends with all its clients' sessions.
http_clients_actor spawn_http_clients(caf::actor_system& system,
                                      http_clients_config settings);

/// How many such clients a server has at most.
inline constexpr size_t max_http_clients = 1000;

/// Finds out which requests over HTTP are a dialect's, and of whom.
class http_clients {
public:
  http_clients(http_clients_actor target,
               std::shared_ptr<const doorkeeper> door);

  /// The refusal of a request, for the page that it comes from, in the words of
  /// its dialect; nothing where it is none's.
  static std::optional<net::http_response>
  refuse_source(const net::http_request& request,
                const net::source_refusal& why);

  /// Takes what is some dialect's. The answer may come from any thread.
  bool handle(const net::http_request& request,
              const net::http_responder& respond) const;

private:
  // Who asks, and may; or the refusal.
  std::optional<net::http_response> check(http_call_arrived& call) const;

  const http_clients_actor target_;
  const std::shared_ptr<const doorkeeper> door_;
};

} // namespace troupe::actors
