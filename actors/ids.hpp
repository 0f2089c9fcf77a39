#pragma once

#include "net/base/rng.hpp"
#include "protocol/ids.hpp"

namespace troupe::actors {

using protocol::consumer_id;
using protocol::data_consumer_id;
using protocol::data_producer_id;
using protocol::peer_id;
using protocol::producer_id;
using protocol::room_id;
using protocol::transport_id;

/// Draws an id of 89 bits: unique among all nodes, and no secret (what a peer
/// may touch is decided by whose it is). As long as a string holds without
/// memory of its own.
template <class Id>
Id make_id(net::rng& random) {
  return Id{random.alphanumeric(15)};
}

} // namespace troupe::actors
