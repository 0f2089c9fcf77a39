#pragma once

#include "protocol/dialects/common/dialect.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// Helpers for dialects that have a connection of their own.
namespace troupe::protocol {

/// The reply of that type; null for other replies and refusals.
template <class Reply>
const Reply* find_reply(const outcome& x) {
  const auto done = std::get_if<success>(&x);
  return done ? std::get_if<Reply>(done) : nullptr;
}

/// The value of that query parameter, or an empty string.
std::string query_value(const handshake& in, std::string_view name);

/// Refuses a handshake in which one of these ids is too long.
std::optional<handshake_refusal>
refuse_long(const handshake& in, std::initializer_list<std::string_view> ids);

/// Refuses a handshake without this id.
std::optional<handshake_refusal>
refuse_missing(const handshake& in, std::string_view id, int status = 400);

} // namespace troupe::protocol
