#include "protocol/dialects/connections.hpp"

#include "protocol/error.hpp"

namespace troupe::protocol {

namespace {

// Of a room id or user id, in octets.
constexpr size_t max_id_length = 256;

} // namespace

std::string query_value(const handshake& in, std::string_view name) {
  const auto found = in.query.find(std::string{name});
  return found == in.query.end() ? std::string{} : found->second;
}

std::optional<handshake_refusal>
refuse_long(const handshake& in, std::initializer_list<std::string_view> ids) {
  for (const auto id : ids)
    if (query_value(in, id).size() > max_id_length)
      return handshake_refusal{400, describe_fault(id, "too long")};
  return std::nullopt;
}

std::optional<handshake_refusal>
refuse_missing(const handshake& in, std::string_view id, int status) {
  if (!query_value(in, id).empty())
    return std::nullopt;
  return handshake_refusal{status, describe_fault(id, "missing")};
}

} // namespace troupe::protocol
