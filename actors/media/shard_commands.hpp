#pragma once

#include "actors/media/shard_actor.hpp"

/// What others ask of a shard's consumers, carried out on its engine. Requests
/// to a consumer that is gone are ignored.
namespace troupe::actors {

/// Handles a client's feedback on what it is sent by this transport.
void handle_feedback(fan_out& engine, const transport_feedback& x,
                     net::time_point now);

/// Carries out a command to a consumer.
void handle_control(fan_out& engine, const control_consumer& x,
                    net::time_point now);

} // namespace troupe::actors
