#pragma once

#include <string_view>

namespace troupe::net {

/// Whether `text` is well-formed UTF-8 (RFC 3629, section 4): no overlong
/// forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

} // namespace troupe::net
