#pragma once

#include <string>

namespace troupe::protocol {

/// A JSON value kept as its text: application data that the server forwards
/// without parsing.
struct json_text {
  std::string text = "{}";

  bool operator==(const json_text&) const = default;
};

} // namespace troupe::protocol
