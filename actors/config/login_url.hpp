#pragma once

#include <string>
#include <string_view>

namespace troupe::actors {

/// Returns what is wrong with a value of `auth.login-url`; empty if nothing is.
/// Browsers are sent there, and come back with a token. So it must be https, or
/// http at a loopback name, and have neither a user nor a fragment.
std::string find_login_url_fault(std::string_view text);

} // namespace troupe::actors
