#include "protocol/json/json_cursor.hpp"

#include "protocol/verbs/error.hpp"

#include <cmath>

namespace troupe::protocol {

namespace {

// Names in refusals are truncated: a client must not have megabytes echoed.
constexpr size_t max_name_length = 64;

// The integer in `value`, even if it was written as 1.0 or 1e3.
std::optional<uint64_t> whole_number(const rapidjson::Value& value) {
  if (value.IsUint64())
    return value.GetUint64();
  if (!value.IsDouble())
    return std::nullopt;
  const auto number = value.GetDouble();
  if (number < 0 || number > 0x1p53 || std::floor(number) != number)
    return std::nullopt;
  return static_cast<uint64_t>(number);
}

} // namespace

json_cursor::json_cursor(const rapidjson::Value& root, std::string_view name,
                         std::optional<refusal>& error)
    : value_(&root)
    , name_(name)
    , error_(error) {}

json_cursor::json_cursor(const rapidjson::Value& value, std::string_view name,
                         size_t index, const json_cursor* parent,
                         std::optional<refusal>& error)
    : value_(&value)
    , name_(name)
    , index_(index)
    , parent_(parent)
    , error_(error) {}

json_cursor json_cursor::member(std::string_view name) const& {
  static const rapidjson::Value nothing;
  json_cursor out(nothing, name, 0, this, error_);
  out.value_ = nullptr;
  if (!value_ || !value_->IsObject())
    return out;
  const rapidjson::Value key(rapidjson::StringRef(
      name.data(), static_cast<rapidjson::SizeType>(name.size())));
  if (auto i = value_->FindMember(key); i != value_->MemberEnd())
    out.value_ = &i->value;
  return out;
}

bool json_cursor::truthy() const {
  if (!value_ || value_->IsNull() || value_->IsFalse())
    return false;
  if (value_->IsString())
    return value_->GetStringLength() != 0;
  return !value_->IsNumber() || value_->GetDouble() != 0;
}

bool json_cursor::is_number() const {
  return value_ && value_->IsNumber();
}

bool json_cursor::require_object() const {
  if (value_ && (value_->IsObject() || value_->IsArray()))
    return true;
  fail(decode_errc::wrong_type, "must be an object");
  return false;
}

std::string json_cursor::required_string(size_t limit) const {
  if (!truthy())
    fail(decode_errc::missing, "missing");
  return optional_string(limit);
}

std::string json_cursor::optional_string(size_t limit) const {
  if (!truthy())
    return {};
  if (!value_->IsString()) {
    fail(decode_errc::wrong_type, "must be a string");
    return {};
  }
  if (value_->GetStringLength() > limit) {
    fail(decode_errc::bad_value, limits::at_most(limit));
    return {};
  }
  return {value_->GetString(), value_->GetStringLength()};
}

bool json_cursor::optional_flag() const {
  if (!truthy())
    return false;
  if (!value_->IsBool())
    fail(decode_errc::wrong_type, "must be a boolean");
  return value_->IsTrue();
}

bool json_cursor::lenient_flag(bool fallback) const {
  return value_ && value_->IsBool() ? value_->GetBool() : fallback;
}

uint64_t json_cursor::integer(uint64_t min, uint64_t max) const {
  if (!value_) {
    fail(decode_errc::missing, "missing");
    return min;
  }
  if (!value_->IsNumber()) {
    fail(decode_errc::wrong_type, "must be a number");
    return min;
  }
  const auto number = whole_number(*value_);
  if (!number || *number < min || *number > max) {
    fail(decode_errc::bad_value, "must be a whole number from "
                                     + std::to_string(min) + " to "
                                     + std::to_string(max));
    return min;
  }
  return *number;
}

void json_cursor::append_path(std::string& out) const {
  if (parent_)
    parent_->append_path(out);
  if (parent_ && name_.empty()) {
    out += '[' + std::to_string(index_) + ']';
    return;
  }
  if (!out.empty())
    out += '.';
  out += name_.substr(0, max_name_length);
}

void json_cursor::fail(decode_errc code, std::string_view why) const {
  if (error_)
    return;
  std::string what;
  append_path(what);
  error_ = refusal{code, describe_fault(what, why)};
}

} // namespace troupe::protocol
