#pragma once

#include <CLI/CLI.hpp>

namespace troupe::actors {

/// Accepts the URLs of STUN and TURN servers that net::ice_server_url reads.
CLI::Validator ice_server_address();

} // namespace troupe::actors
