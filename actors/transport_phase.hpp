#pragma once

#include "actors/counters.hpp"
#include "net/webrtc_transport.hpp"

#include <optional>

namespace troupe::actors {

/// As what a transport with that selected path is counted.
transport_kind kind_of(const std::optional<net::transport_tuple>& path);

/// How far it has come. `abandoned`: it had a path and lost it.
transport_phase phase_of(const net::webrtc_transport& x, bool has_path,
                         bool abandoned);

} // namespace troupe::actors
