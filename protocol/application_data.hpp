#pragma once

#include <string>

namespace troupe::protocol {

/// A JSON value kept as its text: the application's own data, passed on
/// unread.
struct json_text {
  std::string text = "{}";

  bool operator==(const json_text&) const = default;
};

} // namespace troupe::protocol
