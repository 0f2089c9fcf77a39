#pragma once

#include "protocol/verbs/json_text.hpp"

namespace troupe::protocol {

/// Whether a producer's application data say that it is a shared screen, or its
/// sound: `source` begins with "screen" (Troupe's page, mediasoup-demo), or
/// `share` is true (the older mediasoup-demo). False for malformed data.
bool is_shared_screen(const json_text& app_data);

} // namespace troupe::protocol
