#pragma once

#include <string>
#include <string_view>

namespace troupe::actors {

/// Returns why a text is no URL of http or https that may be configured; empty
/// if nothing is wrong. It must name a host, and neither a user nor a fragment.
std::string find_web_url_fault(std::string_view text);

/// The host and port of such a URL.
std::string_view web_url_authority(std::string_view text);

} // namespace troupe::actors
