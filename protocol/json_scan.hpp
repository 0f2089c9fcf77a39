#pragma once

#include <optional>
#include <string_view>

namespace troupe::protocol {

/// The member `name` of the object that `text` is, as it stands there: a
/// number, true, false, null, or a string of plain characters, of 64 octets at
/// most with its quotes. Nothing where there is no such member, or a second.
///
/// For messages that parse_json() refuses: so that the refusal can say which
/// request it is about. One pass over the text, which builds nothing and wants
/// no syntax to be right but that of strings and brackets.
std::optional<std::string_view> find_plain_member(std::string_view text,
                                                  std::string_view name);

} // namespace troupe::protocol
