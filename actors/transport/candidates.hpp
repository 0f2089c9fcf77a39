#pragma once

#include "actors/transport/media_services.hpp"
#include "protocol/verbs/transport_parameters.hpp"

namespace troupe::actors {

/// Returns the ICE candidates for a client: the addresses that the operator
/// announces, or else those of the interfaces, first the one at which the
/// client's signaling arrived.
std::vector<protocol::ice_candidate>
make_candidates(const media_services& services,
                const net::socket_address& signaled_at, bool force_tcp);

} // namespace troupe::actors
