#pragma once

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <concepts>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// JSON has no NaN and no infinities: they become null. RapidJSON's writers
/// would stop at one.
template <class Backend>
class total_writer : public Backend {
public:
  using Backend::Backend;

  bool Double(double x) {
    return std::isfinite(x) ? Backend::Double(x) : Backend::Null();
  }
};

/// Writes one JSON value from front to back. `Backend` is one of RapidJSON's
/// writers; it places commas, colons and white space.
///
/// The caller must name each member of an object before its value, and end what
/// it begins: an assertion of RapidJSON is all that checks this.
template <class Backend>
class basic_json_writer {
public:
  basic_json_writer() : out_(text_) {
    if constexpr (requires { out_.SetIndent(' ', 1); })
      out_.SetIndent(' ', 1);
  }

  basic_json_writer(const basic_json_writer&) = delete;
  basic_json_writer& operator=(const basic_json_writer&) = delete;

  basic_json_writer& begin_object() {
    out_.StartObject();
    return *this;
  }

  basic_json_writer& end_object() {
    out_.EndObject();
    return *this;
  }

  basic_json_writer& begin_array() {
    out_.StartArray();
    return *this;
  }

  basic_json_writer& end_array() {
    out_.EndArray();
    return *this;
  }

  /// Names the next member of the open object. Names must not repeat.
  basic_json_writer& key(std::string_view name) {
    out_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    return *this;
  }

  /// Writes a boolean, a number, a text or a rapidjson::Value.
  template <class T>
  basic_json_writer& value(const T& x) {
    if constexpr (std::derived_from<T, rapidjson::Value>)
      x.Accept(out_);
    else if constexpr (std::same_as<T, bool>)
      out_.Bool(x);
    else if constexpr (std::signed_integral<T>)
      out_.Int64(x);
    else if constexpr (std::unsigned_integral<T>)
      out_.Uint64(x);
    else if constexpr (std::floating_point<T>)
      out_.Double(static_cast<double>(x));
    else
      write_text(std::string_view{x});
    return *this;
  }

  /// Writes a value that is already JSON, as it is.
  basic_json_writer& raw(std::string_view json) {
    // RapidJSON copies such a value octet by octet; so it writes an empty one.
    out_.RawValue("", 0, rapidjson::kNullType);
    json.copy(text_.Push(json.size()), json.size());
    return *this;
  }

  /// Writes a member of the open object.
  template <class T>
  basic_json_writer& add(std::string_view name, const T& x) {
    return key(name).value(x);
  }

  /// Writes a member whose value is already JSON.
  basic_json_writer& add_raw(std::string_view name, std::string_view json) {
    return key(name).raw(json);
  }

  /// The text so far.
  std::string str() const {
    return {text_.GetString(), text_.GetSize()};
  }

private:
  void write_text(std::string_view x) {
    out_.String(x.data(), static_cast<rapidjson::SizeType>(x.size()));
  }

  rapidjson::StringBuffer text_;
  total_writer<Backend> out_;
};

/// Writes compact JSON.
using json_writer =
    basic_json_writer<rapidjson::Writer<rapidjson::StringBuffer>>;

/// Writes one value a line, indented by one space for each level, for people.
using indented_json_writer =
    basic_json_writer<rapidjson::PrettyWriter<rapidjson::StringBuffer>>;

/// `text` as a JSON string, quotes included.
inline std::string quote_json(std::string_view text) {
  return json_writer{}.value(text).str();
}

} // namespace troupe::protocol
