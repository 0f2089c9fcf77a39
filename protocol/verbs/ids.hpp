#pragma once

#include "net/base/strong_id.hpp"

namespace troupe::protocol {

using room_id = net::strong_id<struct room_tag>;
using peer_id = net::strong_id<struct peer_tag>;
using transport_id = net::strong_id<struct transport_tag>;
using producer_id = net::strong_id<struct producer_tag>;
using consumer_id = net::strong_id<struct consumer_tag>;
using data_producer_id = net::strong_id<struct data_producer_tag>;
using knock_id = net::strong_id<struct knock_tag>;
using data_consumer_id = net::strong_id<struct data_consumer_tag>;
using recording_id = net::strong_id<struct recording_tag>;

} // namespace troupe::protocol
