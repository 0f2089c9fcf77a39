#include "protocol/dialects/common/connections.hpp"

#include "protocol/verbs/error.hpp"
#include "protocol/verbs/limits.hpp"

namespace troupe::protocol {

std::string query_value(const handshake& in, std::string_view name) {
  const auto found = in.query.find(std::string{name});
  return found == in.query.end() ? std::string{} : found->second;
}

std::optional<handshake_refusal>
refuse_long(const handshake& in, std::initializer_list<std::string_view> ids) {
  for (const auto id : ids)
    if (query_value(in, id).size() > limits::id)
      return handshake_refusal{400,
                               describe_fault(id, limits::at_most(limits::id))};
  return std::nullopt;
}

std::optional<handshake_refusal>
refuse_missing(const handshake& in, std::string_view id, int status) {
  if (!query_value(in, id).empty())
    return std::nullopt;
  return handshake_refusal{status, describe_fault(id, "missing")};
}

} // namespace troupe::protocol
