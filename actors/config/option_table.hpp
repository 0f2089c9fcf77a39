#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace troupe::actors {

/// Declares keys as options of an application, by the type of their values.
/// The options refer to the variables, which must outlive the parse. The
/// variables' values are the defaults.
class option_table {
public:
  explicit option_table(CLI::App& app) : app_(app) {}

  option_table(const option_table&) = delete;

  option_table& operator=(const option_table&) = delete;

  /// A duration in its own unit, from `low` to `high`. CLI11 does not know the
  /// type: assign_times() sets the variable.
  template <class Duration>
  void add_time(const std::string& name, Duration& out, uint32_t low,
                uint32_t high, const std::string& help) {
    auto& key = times_.emplace_back(
        time_key{static_cast<uint32_t>(out.count()), [&out](uint32_t count) {
                   out = Duration{count};
                 }});
    add_number(name, key.count, low, high, help);
  }

  /// A text, which may be empty.
  void add_text(const std::string& name, std::string& out,
                const std::string& help) {
    app_.add_option("--" + name, out, help)->capture_default_str();
  }

  /// A text that passes `check`, which also decides on an empty one.
  void add_text(const std::string& name, std::string& out,
                const std::string& help, const CLI::Validator& check) {
    app_.add_option("--" + name, out, help)
        ->check(check)
        ->capture_default_str();
  }

  /// A boolean.
  void add_flag(const std::string& name, bool& out, const std::string& help) {
    app_.add_option("--" + name, out, help)->capture_default_str();
  }

  /// A number from `low` to `high`.
  template <class Number>
  void add_number(const std::string& name, Number& out, uint32_t low,
                  uint32_t high, const std::string& help) {
    app_.add_option("--" + name, out, help)
        ->check(not_empty())
        ->check(CLI::Range(low, high))
        ->capture_default_str();
  }

  /// A number of octets, which may have a unit of powers of 1024: 500M, 1G.
  void add_size(const std::string& name, uint64_t& out,
                const std::string& help) {
    app_.add_option("--" + name, out, help)
        ->check(not_empty())
        ->transform(CLI::AsSizeValue(false).description("SIZE"))
        ->check(CLI::Range(uint64_t{0}, uint64_t{1} << 53))
        ->capture_default_str();
  }

  /// Texts separated by commas, each of which passes `check`.
  void add_list(const std::string& name, std::vector<std::string>& out,
                const std::string& help, const CLI::Validator& check) {
    app_.add_option("--" + name, out, help)
        ->delimiter(',')
        ->check(not_empty())
        ->check(check)
        ->capture_default_str();
  }

  /// One of the texts in `choices`.
  void add_choice(const std::string& name, std::string& out,
                  const std::vector<std::string>& choices,
                  const std::string& help) {
    app_.add_option("--" + name, out, help)
        ->check(not_empty())
        ->check(CLI::IsMember(choices))
        ->capture_default_str();
  }

  /// Sets the durations. Call it after the parse.
  void assign_times() {
    for (auto& x : times_)
      x.assign(x.count);
  }

private:
  struct time_key {
    uint32_t count;
    std::function<void(uint32_t)> assign;
  };

  static CLI::Validator not_empty() {
    return {[](std::string& text) {
              return text.empty() ? std::string{"the value is empty"}
                                  : std::string{};
            },
            "", "not empty"};
  }

  CLI::App& app_;
  std::deque<time_key> times_;
};

} // namespace troupe::actors
