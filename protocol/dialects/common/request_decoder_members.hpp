#pragma once

#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// INTERNAL to the request decoders. Each function decodes one member into
/// `out` and returns the refusal, if any: a verb reads as a list of members.
namespace troupe::protocol {

using verdict = std::optional<refusal>;

/// "<name> <what>".
refusal refuse(decode_errc code, std::string_view name, std::string_view what);

verdict required(const rapidjson::Value& payload, std::string_view name,
                 const rapidjson::Value*& out);

/// Leaves `out` unchanged if the member is absent or null.
verdict optional_bool(const rapidjson::Value& payload, std::string_view name,
                      bool& out);

verdict optional_app_data(const rapidjson::Value& payload, json_text& out);

/// Refuses a text of more than `max_length` octets.
verdict optional_text(const rapidjson::Value& payload, std::string_view name,
                      size_t max_length, std::string& out);

template <class Id>
verdict optional_id(const rapidjson::Value& payload, std::string_view name,
                    std::optional<Id>& out) {
  const auto member = find_member(payload, name);
  if (!member)
    return std::nullopt;
  if (!member->IsString())
    return refuse(decode_errc::wrong_type, name, "must be a string");
  out.emplace(std::string{member->GetString(), member->GetStringLength()});
  return std::nullopt;
}

template <class Id>
verdict required_id(const rapidjson::Value& payload, std::string_view name,
                    Id& out) {
  std::optional<Id> id;
  if (auto bad = optional_id(payload, name, id))
    return bad;
  if (!id)
    return refuse(decode_errc::missing, name, "missing");
  out = std::move(*id);
  return std::nullopt;
}

template <class T>
verdict required_by(checked<T> (*decode)(const rapidjson::Value&),
                    const rapidjson::Value& payload, std::string_view name,
                    T& out) {
  const rapidjson::Value* member = nullptr;
  if (auto bad = required(payload, name, member))
    return bad;
  auto decoded = decode(*member);
  if (!decoded)
    return decoded.error();
  out = std::move(*decoded);
  return std::nullopt;
}

/// Returns the verb, or the first refusal among those of its members.
template <class Verb>
checked<request> finish(Verb&& verb, std::initializer_list<verdict> verdicts) {
  for (const auto& bad : verdicts)
    if (bad)
      return *bad;
  return request{std::forward<Verb>(verb)};
}

} // namespace troupe::protocol
