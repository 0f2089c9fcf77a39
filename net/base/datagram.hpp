#pragma once

#include "net/base/buffer.hpp"
#include "net/base/time.hpp"
#include "net/base/transport_tuple.hpp"

#include <vector>

namespace troupe::net {

/// A received datagram: its octets, transport tuple and arrival time.
struct datagram {
  buffer_ptr data;
  transport_tuple tuple;
  time_point arrival;
};

/// The datagrams of one receive burst for one transport, in arrival order.
using datagram_batch = std::vector<datagram>;

/// A datagram to send: octets that stay valid until the send call returns.
struct outgoing_datagram {
  byte_span data;
  transport_tuple tuple;
};

} // namespace troupe::net
