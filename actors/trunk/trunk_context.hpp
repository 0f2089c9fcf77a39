#pragma once

#include "actors/transport/rtp_routes.hpp"
#include "actors/trunk/trunk_actor.hpp"
#include "actors/trunk/trunk_keys.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <optional>

/// INTERNAL to the trunk actor.
namespace troupe::actors {

/// What the parts of a trunk actor share.
struct trunk_context {
  explicit trunk_context(trunk_actor::pointer self_ptr)
      : self(self_ptr)
      , routes(key(), false) {}

  void begin(trunk_config x) {
    settings = std::move(x);
    random = net::make_secure_rng();
    keys.emplace(settings.services->srtp, *random);
  }

  /// Sends the other node a message for its replica of the room.
  template <class Message>
  void tell_node(Message x) {
    x.room = settings.room.str();
    self->send(settings.listener, trunk_message{settings.node, std::move(x)});
  }

  net::time_point now() const {
    return self->clock().now();
  }

  transport_key key() const {
    return transport_key{self->id()};
  }

  trunk_actor::pointer self;
  trunk_config settings;
  std::unique_ptr<net::rng> random;
  std::optional<trunk_keys> keys;
  rtp_routes routes;
  uint64_t refused = 0; // messages of the other node that make no sense
};

} // namespace troupe::actors
