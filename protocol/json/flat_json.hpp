#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// `text` as a JSON string, quotes included.
std::string quote_json(std::string_view text);

/// Writes one flat JSON object, member by member.
class flat_json {
public:
  flat_json& add(std::string_view name, std::string_view value) {
    return add_raw(name, quote_json(value));
  }

  flat_json& add(std::string_view name, const char* value) {
    return add(name, std::string_view{value});
  }

  template <std::integral Number>
  flat_json& add(std::string_view name, Number value) {
    if constexpr (std::same_as<Number, bool>)
      return add_raw(name, value ? "true" : "false");
    else
      return add_raw(name, std::to_string(value));
  }

  flat_json& add(std::string_view name, double value);

  /// Adds a value that is already JSON.
  flat_json& add_raw(std::string_view name, std::string_view value);

  /// The object's text.
  std::string str() const {
    return text_ + "}";
  }

private:
  std::string text_ = "{";
};

} // namespace troupe::protocol
