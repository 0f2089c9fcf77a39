#pragma once

#include <CLI/CLI.hpp>

namespace troupe::actors {

/// Accepts the URLs of STUN and TURN servers that net::ice_server_url reads.
CLI::Validator ice_server_address();

/// Accepts the addresses of sign-ins in which find_login_url_fault() finds no
/// fault, and an empty text.
CLI::Validator login_address();

} // namespace troupe::actors
