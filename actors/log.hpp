#pragma once

#include "actors/config.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

/// What an operator reads: one line per event, as text or as JSON.
namespace troupe::actors::log {

enum class level : uint8_t { debug, info, warn, error };

/// One fact about an event. Never a key, a password or a token; addresses at
/// debug level only.
struct field {
  std::string_view key;
  std::string value;
};

/// Opens the log on standard output. Call once, before the first event.
void open(const config::log_keys& settings);

/// Whether events of that level are written: to skip costly fields.
bool enabled(level at);

/// Writes one event, e.g. `peer-joined` with room and peer. Of one name 1,000
/// lines are written at once and 20 a second after that, at debug level as many
/// as there are; the next line says how many were `withheld`.
void event(level at, std::string_view name, std::initializer_list<field> = {});

/// The same for what strangers cause without having been let in: 20 lines at
/// once, and one in two seconds.
void refusal(level at, std::string_view name,
             std::initializer_list<field> = {});

} // namespace troupe::actors::log
