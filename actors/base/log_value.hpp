#pragma once

#include <cstddef>
#include <string>

namespace troupe::actors::log {

/// The octets of a value that are logged: clients choose many of the values.
inline constexpr size_t max_value = 128;

/// The value as it is logged: `x`, or its first octets and its length:
/// "xxx… (240000 octets)".
std::string clip(std::string x);

} // namespace troupe::actors::log
