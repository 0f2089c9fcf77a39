#include "protocol/verbs/limits.hpp"

namespace troupe::protocol::limits {

std::string at_most(size_t limit, std::string_view unit) {
  return std::string{"must have at most "}
      .append(std::to_string(limit))
      .append(" ")
      .append(unit);
}

} // namespace troupe::protocol::limits
