#pragma once

#include <CLI/CLI.hpp>

/// Checks of the values of keys. Each refuses with a text that says what is
/// wrong with the value.
namespace troupe::actors {

/// Accepts IPv4 and IPv6 addresses.
CLI::Validator ip_address();

/// Accepts addresses and prefixes (10.0.0.0/8).
CLI::Validator ip_prefix();

/// Accepts addresses, prefixes and "none".
CLI::Validator ip_prefix_or_none();

/// Accepts addresses but for the unspecified ones.
CLI::Validator announced_address();

/// Accepts origins as browsers send them, those with any port (":*"), and "*".
CLI::Validator page_origin();

/// The same of http and https only.
CLI::Validator web_origin();

/// Accepts the URLs of STUN and TURN servers that net::ice_server_url reads.
CLI::Validator ice_server_address();

/// Accepts the addresses of sign-ins in which find_login_url_fault() finds no
/// fault, and an empty text.
CLI::Validator login_address();

} // namespace troupe::actors
