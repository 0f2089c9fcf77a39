#pragma once

#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/verbs/error.hpp"

#include <string_view>

namespace troupe::protocol {

/// Adds to a refusal what only some have: `reason`, and `loginUrl` if another
/// token may help and `login_url` is not empty. All dialects name them alike.
inline json_object& add_reason(json_object& to, const error& why,
                               std::string_view login_url = {}) {
  if (why.reason != error_reason::none)
    to.add("reason", to_string(why.reason));
  if (concerns_token(why.reason) && !login_url.empty())
    to.add("loginUrl", login_url);
  return to;
}

} // namespace troupe::protocol
