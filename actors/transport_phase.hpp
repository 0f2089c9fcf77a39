#pragma once

#include "actors/counters.hpp"
#include "actors/ids.hpp"
#include "net/webrtc_transport.hpp"

#include <optional>

namespace troupe::actors {

/// As what a transport with that selected path is counted.
transport_kind kind_of(const std::optional<net::transport_tuple>& path);

/// How far it has come. `abandoned`: it had a path and lost it.
transport_phase phase_of(const net::webrtc_transport& x, bool has_path,
                         bool abandoned);

/// Writes to the log that a transport's ICE or DTLS is in another state.
void log_state(const transport_id& which, net::ice_state state);
void log_state(const transport_id& which, net::dtls_state state);

} // namespace troupe::actors
