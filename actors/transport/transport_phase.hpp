#pragma once

#include "actors/base/ids.hpp"
#include "actors/stats/counters.hpp"
#include "net/webrtc_transport.hpp"

#include <optional>

namespace troupe::actors {

/// The kind of a transport with this selected path.
transport_kind kind_of(const std::optional<net::transport_tuple>& path);

/// The phase of a transport. `abandoned`: it had a path and lost it.
transport_phase phase_of(const net::webrtc_transport& x, bool has_path,
                         bool abandoned);

/// Logs the new state of a transport's ICE or DTLS.
void log_state(const transport_id& which, net::ice_state state);
void log_state(const transport_id& which, net::dtls_state state);

} // namespace troupe::actors
