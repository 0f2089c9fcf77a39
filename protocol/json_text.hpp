#pragma once

#include <string>
#include <string_view>

namespace troupe::protocol {

/// `text` as a JSON string, quotes included.
std::string quote_json(std::string_view text);

} // namespace troupe::protocol
