#pragma once

#include "protocol/verbs/transport_parameters.hpp"

#include <string>
#include <vector>

namespace troupe::protocol {

/// Appends the lines of the server's candidates, those of UDP before those of
/// TCP, and the line that says that there are no more. Foundations are numbers,
/// whatever they are in `candidates`: FFmpeg 8.0 searches the line for "udp"
/// and must find the protocol.
void write_sdp_candidates(std::string& out,
                          const std::vector<ice_candidate>& candidates);

} // namespace troupe::protocol
