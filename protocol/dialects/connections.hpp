#pragma once

#include "protocol/dialect.hpp"

#include <deque>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// What the dialects have in common that have a connection to themselves.
namespace troupe::protocol {

/// Takes the first of what waits; nothing where nothing does.
template <class T>
std::optional<T> take_first(std::deque<T>& queue) {
  if (queue.empty())
    return std::nullopt;
  std::optional next{std::move(queue.front())};
  queue.pop_front();
  return next;
}

/// The reply of that type; null for others and refusals.
template <class Reply>
const Reply* find_reply(const outcome& x) {
  const auto done = std::get_if<success>(&x);
  return done ? std::get_if<Reply>(done) : nullptr;
}

/// What a handshake says of that name, or an empty string.
std::string query_value(const handshake& in, std::string_view name);

/// Refuses a handshake of which one of these ids is too long.
std::optional<handshake_refusal>
refuse_long(const handshake& in, std::initializer_list<std::string_view> ids);

/// Refuses one that lacks this id.
std::optional<handshake_refusal>
refuse_missing(const handshake& in, std::string_view id, int status = 400);

} // namespace troupe::protocol
