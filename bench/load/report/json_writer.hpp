#pragma once

#include "bench/load/report/run_result_members.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <cmath>
#include <concepts>
#include <string>

namespace troupe::load {

/// Writes values, and structs with an each_member(), as indented JSON.
class json_writer {
public:
  json_writer() : out_(text_) {
    out_.SetIndent(' ', 1);
  }

  void value(const std::string& x) {
    out_.String(x.data(), static_cast<rapidjson::SizeType>(x.size()));
  }

  void value(bool x) {
    out_.Bool(x);
  }

  template <std::integral Number>
  void value(Number x) {
    out_.Uint64(x);
  }

  /// JSON has no infinity and no NaN: such values become null.
  void value(double x) {
    if (std::isfinite(x))
      out_.Double(x);
    else
      out_.Null();
  }

  template <class T>
  void value(const std::vector<T>& xs) {
    out_.StartArray();
    for (auto& x : xs)
      value(x);
    out_.EndArray();
  }

  template <class T>
  void value(const std::map<std::string, T>& xs) {
    out_.StartObject();
    for (auto& [name, x] : xs)
      member(name, x);
    out_.EndObject();
  }

  template <class Struct>
  requires std::is_class_v<Struct>
  void value(const Struct& x) {
    open();
    members(x);
    close();
  }

  /// Writes a member of the open object, unless it is an empty optional.
  template <class T>
  void member(const std::string& name, const T& x) {
    out_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    value(x);
  }

  template <class T>
  void member(const std::string& name, const std::optional<T>& x) {
    if (x)
      member(name, *x);
  }

  /// Writes all members of a struct into the open object.
  template <class Struct>
  void members(const Struct& x) {
    each_member(x, [this](const char* name, auto& y) { member(name, y); });
  }

  /// Writes a list of objects; `write` writes the members of one.
  template <class T, class Write>
  void list(const std::string& name, const std::vector<T>& xs, Write&& write) {
    out_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    out_.StartArray();
    for (auto& x : xs) {
      open();
      write(x);
      close();
    }
    out_.EndArray();
  }

  void open() {
    out_.StartObject();
  }

  void close() {
    out_.EndObject();
  }

  std::string str() const {
    return std::string{text_.GetString(), text_.GetSize()} + "\n";
  }

private:
  rapidjson::StringBuffer text_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> out_;
};

/// Writes a run with its derived figures into the open object.
void write_run(json_writer& out, const run_result& run);

} // namespace troupe::load
