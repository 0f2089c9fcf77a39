#pragma once

#include "actors/config/config.hpp"
#include "actors/config/option_table.hpp"

#include <optional>
#include <string>

/// The keys `record.*`.
namespace troupe::actors {

/// Declares the keys.
void add_record_keys(option_table& table, config::record_keys& out);

/// Returns one line that names the key if these values cannot be used together.
std::optional<std::string> find_record_fault(const config::record_keys& in);

} // namespace troupe::actors
