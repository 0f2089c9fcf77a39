#pragma once

#include <optional>
#include <string_view>

namespace troupe::protocol {

/// Finds the member `name` of the object in `text`, as written there: a number,
/// true, false, null, or a string of plain characters, of at most 64 octets
/// with its quotes. Returns nothing if it is missing or duplicated.
///
/// For messages that parse_json() refuses, so that the refusal can repeat the
/// request's id. One pass over the text, without allocation; only the syntax of
/// strings and brackets must be correct.
std::optional<std::string_view> find_plain_member(std::string_view text,
                                                  std::string_view name);

} // namespace troupe::protocol
