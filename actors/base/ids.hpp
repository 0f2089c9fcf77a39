#pragma once

#include "net/base/rng.hpp"
#include "protocol/verbs/ids.hpp"

namespace troupe::actors {

using protocol::consumer_id;
using protocol::data_consumer_id;
using protocol::data_producer_id;
using protocol::knock_id;
using protocol::peer_id;
using protocol::producer_id;
using protocol::room_id;
using protocol::transport_id;

/// Draws an id of 89 bits, unique among all nodes. It is no secret: what a peer
/// may access depends on what it owns. It fits into a std::string without an
/// allocation.
template <class Id>
Id make_id(net::rng& random) {
  return Id{random.alphanumeric(15)};
}

} // namespace troupe::actors
