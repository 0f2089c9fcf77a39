#pragma once

#include "bench/load/report/run_result_members.hpp"
#include "protocol/json/json_writer.hpp"

#include <string>
#include <type_traits>

namespace troupe::load {

/// Writes values, and structs with an each_member(), as indented JSON.
class report_writer {
public:
  void value(const std::string& x) {
    out_.value(x);
  }

  template <class Number>
  requires std::is_arithmetic_v<Number>
  void value(Number x) {
    out_.value(x);
  }

  template <class T>
  void value(const std::vector<T>& xs) {
    out_.begin_array();
    for (auto& x : xs)
      value(x);
    out_.end_array();
  }

  template <class T>
  void value(const std::map<std::string, T>& xs) {
    out_.begin_object();
    for (auto& [name, x] : xs)
      member(name, x);
    out_.end_object();
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
    out_.key(name);
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
    out_.key(name);
    out_.begin_array();
    for (auto& x : xs) {
      open();
      write(x);
      close();
    }
    out_.end_array();
  }

  void open() {
    out_.begin_object();
  }

  void close() {
    out_.end_object();
  }

  std::string str() const {
    return out_.str() + "\n";
  }

private:
  protocol::indented_json_writer out_;
};

/// Writes a run with its derived figures into the open object.
void write_run(report_writer& out, const run_result& run);

} // namespace troupe::load
