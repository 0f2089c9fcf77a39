#pragma once

#include "actors/recording/manifest.hpp"

#include <string>
#include <string_view>

namespace troupe::actors {

/// What webhooks say of a recording that has ended: a JSON object. `why` is as
/// recording-stopped says it, or "recovered".
std::string summarize(const manifest& x, std::string_view why);

} // namespace troupe::actors
