#pragma once

#include "actors/http/http_clients_actor.hpp"
#include "net/io/http/origin_policy.hpp"

namespace troupe::actors {

/// Recognizes the requests over HTTP that belong to a dialect.
class http_clients {
public:
  /// `board` counts refusals.
  http_clients(http_clients_actor target,
               std::shared_ptr<const authenticator> auth,
               std::shared_ptr<overload_state_board> board);

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
  const std::shared_ptr<overload_state_board> board_;
};

} // namespace troupe::actors
