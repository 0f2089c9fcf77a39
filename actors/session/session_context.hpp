#pragma once

#include "actors/base/live_objects.hpp"
#include "actors/session/session_actor.hpp"
#include "actors/session/session_identity.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// INTERNAL to the session actor.
namespace troupe::actors {

/// What the parts of a session actor share: its connection, its dialect and the
/// identity of its client.
struct session_context {
  explicit session_context(session_actor::pointer self_ptr) : self(self_ptr) {}

  void begin(session_config cfg) {
    settings = std::move(cfg);
    random = net::make_secure_rng();
    dialect = settings.dialect->make(settings.handshake, *random, now());
    client.emplace(std::move(settings.auth), std::move(settings.who), now());
  }

  net::time_point now() const {
    return self->clock().now();
  }

  /// The deadline of a request that is sent on now.
  request_deadline deadline() const {
    return {now() + settings.services->settings.request_timeout};
  }

  /// How long the client can wait in a room's lobby, if its join has `waited`
  /// already.
  std::chrono::seconds patience(net::duration waited) const {
    return std::min(patience_left(waited),
                    settings.services->settings.room.lobby_timeout);
  }

  /// How long it can wait in line while the server is busy.
  std::chrono::seconds time_in_line(net::duration waited = {}) const {
    return std::min(patience_left(waited),
                    settings.services->settings.overload.max_wait);
  }

  /// For how much longer it waits for the answer to a request.
  std::chrono::seconds patience_left(net::duration waited) const {
    const auto all = settings.dialect->patience;
    return all - std::min(all, std::chrono::ceil<std::chrono::seconds>(waited));
  }

  counters& count() const {
    return settings.services->load->counters();
  }

  /// Closes the connection. Only the first call has an effect.
  void close(uint16_t code, std::string reason) {
    if (closing)
      return;
    closing = true;
    settings.connection->close(code, std::move(reason));
  }

  session_actor::pointer self;
  live_object alive{object_kind::session};
  session_config settings;
  std::unique_ptr<net::rng> random;
  std::unique_ptr<protocol::dialect> dialect;
  std::optional<session_identity> client;
  bool closing = false;
};

} // namespace troupe::actors
