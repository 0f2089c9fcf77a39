#pragma once

#include "actors/config/config.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// The log for the operator: one line per event, as text or as JSON.
namespace troupe::actors::log {

enum class level : uint8_t { debug, info, warn, error };

/// One fact about an event. Never a key, a password or a token; addresses at
/// debug level only. Clients may choose the value: it is cut to 128 octets, and
/// quoted and escaped where it could be taken for anything else.
struct field {
  std::string_view key;
  std::string value;
};

/// Opens the log on standard output. Call once, before the first event.
void open(const config::log_keys& settings);

/// Whether events of this level are written; lets callers skip costly fields.
bool enabled(level at);

/// Writes one event, e.g. `peer-joined` with room and peer. Each name may write
/// 1,000 lines at once and 20 a second after that, without a limit at debug
/// level; the next line says how many were `withheld`.
void event(level at, std::string_view name, std::initializer_list<field> = {});

/// The same for fields whose number is not known beforehand.
void event_with(level at, std::string_view name,
                const std::vector<field>& fields);

/// The same for events that clients cause before they are admitted: 20 lines at
/// once, and one in two seconds.
void refusal(level at, std::string_view name,
             std::initializer_list<field> = {});

} // namespace troupe::actors::log
