#pragma once

#include <chrono>
#include <string>

namespace troupe::protocol {

/// A time of day that people are shown, unlike those that engines count with.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// In UTC by ISO 8601: "2026-01-31T12:00:00.000Z".
std::string to_text(wall_time x);

} // namespace troupe::protocol
