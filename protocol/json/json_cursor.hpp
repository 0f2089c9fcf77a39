#pragma once

#include "protocol/json/json_codec.hpp"
#include "protocol/verbs/limits.hpp"
#include "protocol/verbs/refusal.hpp"

#include <rapidjson/document.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// A value being decoded, with its path from the root, so that a refusal can
/// name it. After a refusal the getters return defaults, so that a decoder
/// checks for an error only once, at its end.
///
/// A cursor refers to its parent, which must outlive it; hence member() and
/// element() require a named cursor.
class json_cursor {
public:
  /// Starts at `root`, called `name` in refusals. The first refusal of this
  /// cursor or of its descendants is stored in `error`.
  json_cursor(const rapidjson::Value& root, std::string_view name,
              std::optional<refusal>& error);

  /// The member `name`; missing if this is no object or lacks the member.
  json_cursor member(std::string_view name) const&;
  json_cursor member(std::string_view name) const&& = delete;

  /// The JSON value, or nullptr if it is missing.
  const rapidjson::Value* value() const {
    return value_;
  }

  /// Whether JavaScript takes it for true: not missing, null, false, 0 or "".
  bool truthy() const;

  bool is_number() const;

  /// Whether this is an object. An array counts as one without members, since
  /// some libraries write the empty object so; anything else is refused.
  bool require_object() const;

  /// A string of 1 to `limit` octets, or a refusal.
  std::string required_string(size_t limit = limits::text) const;

  /// A string of at most `limit` octets; empty if falsy. Refuses anything else.
  std::string optional_string(size_t limit = limits::text) const;

  /// A boolean; false if falsy. Refuses anything else.
  bool optional_flag() const;

  /// A boolean, or `fallback` for anything else.
  bool lenient_flag(bool fallback) const;

  /// A whole number from `min` to `max`, or a refusal.
  template <std::unsigned_integral T>
  T required_integer(T min = 0, T max = std::numeric_limits<T>::max()) const {
    return static_cast<T>(integer(min, max));
  }

  /// The same, but absent if it is falsy and not a number.
  template <std::unsigned_integral T>
  std::optional<T>
  optional_integer(T min = 0, T max = std::numeric_limits<T>::max()) const {
    if (!is_number() && !truthy())
      return std::nullopt;
    return static_cast<T>(integer(min, max));
  }

  /// Calls `visit` with a cursor for each element of an array. A falsy value
  /// counts as an empty array; refuses anything else, and an array of more than
  /// `limit` elements.
  template <class Visitor>
  void each_element(size_t limit, Visitor visit) const {
    if (!truthy())
      return;
    if (!value_->IsArray())
      return fail(decode_errc::wrong_type, "must be an array");
    if (value_->Size() > limit)
      return fail(decode_errc::bad_value, limits::at_most(limit, "elements"));
    for (rapidjson::SizeType i = 0; i < value_->Size(); ++i)
      visit(json_cursor((*value_)[i], {}, i, this, error_));
  }

  /// Calls `visit` with name and cursor of each member, if this is an object.
  /// Refuses more than `limit` members, and names longer than limits::text.
  template <class Visitor>
  void each_member(size_t limit, Visitor visit) const {
    if (!value_ || !value_->IsObject())
      return;
    if (value_->MemberCount() > limit)
      return fail(decode_errc::bad_value, limits::at_most(limit, "members"));
    for (const auto& [key, value] : value_->GetObject()) {
      std::string_view name(key.GetString(), key.GetStringLength());
      const json_cursor member(value, name, 0, this, error_);
      if (name.size() > limits::text)
        return member.fail(decode_errc::bad_value,
                           "the name " + limits::at_most(limits::text));
      visit(name, member);
    }
  }

  /// Refuses this value, unless a refusal was recorded before.
  void fail(decode_errc code, std::string_view why) const;

private:
  json_cursor(const rapidjson::Value& value, std::string_view name,
              size_t index, const json_cursor* parent,
              std::optional<refusal>& error);

  uint64_t integer(uint64_t min, uint64_t max) const;

  void append_path(std::string& out) const;

  const rapidjson::Value* value_;
  // Empty for an element of an array, which has an index instead.
  std::string_view name_;
  size_t index_ = 0;
  const json_cursor* parent_ = nullptr;
  std::optional<refusal>& error_;
};

/// `value`, unless a refusal was recorded while it was decoded.
template <class T>
checked<T> unless_refused(T value, std::optional<refusal>& error) {
  if (error)
    return *std::move(error);
  return value;
}

/// Runs `decode` on the root of a JSON text, called `name` in refusals. Errors:
/// the first refusal.
template <class T>
checked<T> decode_root(const rapidjson::Value& in, std::string_view name,
                       T (*decode)(const json_cursor&)) {
  std::optional<refusal> error;
  return unless_refused(decode(json_cursor(in, name, error)), error);
}

} // namespace troupe::protocol
