#include "protocol/dialects/common/request_decoder_members.hpp"

#include "protocol/verbs/limits.hpp"

namespace troupe::protocol {

namespace {

using rapidjson::Value;

bool is_absent(const Value& x) {
  return x.IsNull() || x.IsFalse()
         || (x.IsString() && x.GetStringLength() == 0);
}

} // namespace

refusal refuse(decode_errc code, std::string_view name, std::string_view what) {
  return {code, describe_fault(name, what)};
}

const Value* find_member(const Value& object, std::string_view name) {
  if (!object.IsObject())
    return nullptr;
  const auto found =
      object.FindMember(Value{rapidjson::StringRef(name.data(), name.size())});
  if (found == object.MemberEnd() || is_absent(found->value))
    return nullptr;
  return &found->value;
}

std::optional<std::string> find_text(const Value& object,
                                     std::string_view name) {
  const auto member = find_member(object, name);
  if (!member || !member->IsString())
    return std::nullopt;
  return std::string{member->GetString(), member->GetStringLength()};
}

verdict required(const Value& payload, std::string_view name,
                 const Value*& out) {
  out = find_member(payload, name);
  if (!out)
    return refuse(decode_errc::missing, name, "missing");
  return std::nullopt;
}

verdict optional_bool(const Value& payload, std::string_view name, bool& out) {
  const auto found =
      payload.FindMember(Value{rapidjson::StringRef(name.data(), name.size())});
  if (found == payload.MemberEnd() || found->value.IsNull())
    return std::nullopt;
  if (!found->value.IsBool())
    return refuse(decode_errc::wrong_type, name, "must be a boolean");
  out = found->value.GetBool();
  return std::nullopt;
}

verdict optional_app_data(const Value& payload, json_text& out) {
  const auto member = find_member(payload, "appData");
  if (!member)
    return std::nullopt;
  if (!member->IsObject())
    return refuse(decode_errc::wrong_type, "appData", "must be an object");
  out.text = write_json(*member);
  return std::nullopt;
}

verdict optional_text(const Value& payload, std::string_view name,
                      size_t max_length, std::string& out) {
  const auto member = find_member(payload, name);
  if (!member)
    return std::nullopt;
  if (!member->IsString())
    return refuse(decode_errc::wrong_type, name, "must be a string");
  if (member->GetStringLength() > max_length)
    return refuse(decode_errc::bad_value, name, limits::at_most(max_length));
  out.assign(member->GetString(), member->GetStringLength());
  return std::nullopt;
}

} // namespace troupe::protocol
