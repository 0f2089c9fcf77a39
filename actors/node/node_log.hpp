#pragma once

#include "actors/config/config.hpp"
#include "actors/load/drain.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// INTERNAL to the node: the lines of its start and its end in the log.
namespace troupe::actors {

/// Warns of what an operator might not have meant.
void log_warnings(const config& settings);

/// Logs that the kernel does not deliver RTCP reports to sockets of their own,
/// if they are wanted and not `steered`. That costs nothing but CPU.
void log_report_sockets(const config::rtc_keys& settings, bool steered);

/// Logs how many members a draining server waits for, until when, and how to
/// end it at once. Without effect while it does not drain.
void log_drain(const drain_state& drain);

/// Logs that the server ends, why, and how many members that concerns.
void log_stop(std::string_view why);

/// A wall-clock time in UTC, as the log has it: "2026-11-23T04:10:00Z".
std::string utc_text(std::chrono::system_clock::time_point when);

} // namespace troupe::actors
