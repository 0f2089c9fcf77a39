#pragma once

#include "actors/config/config.hpp"
#include "actors/config/option_table.hpp"

#include <optional>
#include <string>

/// The keys `webhooks.*`.
namespace troupe::actors {

/// The most receivers.
inline constexpr size_t max_webhook_urls = 16;

/// Declares the keys.
void add_webhook_keys(option_table& table, config::webhook_keys& out);

/// Returns one line that names the key if these values cannot be used together.
/// Nothing while `webhooks.urls` is empty, whatever the others say.
std::optional<std::string> find_webhook_fault(const config::webhook_keys& in);

} // namespace troupe::actors
