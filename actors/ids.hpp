#pragma once

#include "net/base/rng.hpp"
#include "protocol/ids.hpp"

namespace troupe::actors {

using protocol::consumer_id;
using protocol::peer_id;
using protocol::producer_id;
using protocol::room_id;
using protocol::transport_id;

/// Draws an id of 131 bits: unguessable, unique among all nodes.
template <class Id>
Id make_id(net::rng& random) {
  return Id{random.alphanumeric(22)};
}

} // namespace troupe::actors
