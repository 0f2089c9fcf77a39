#pragma once

#include <cstddef>
#include <string>

namespace troupe::actors::log {

/// How much of a value an event is written with, in octets: clients choose
/// many of them.
inline constexpr size_t max_value = 128;

/// The value as it is written: `x`, or as much of it as that, with how long it
/// is: "xxx… (240000 octets)".
std::string clip(std::string x);

} // namespace troupe::actors::log
