#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace troupe::net {

/// The std::error_category of one enum of errors, so that its values can be
/// std::error_codes.
/// The enum's `*_category()` returns a static instance, because error codes
/// compare the addresses of their categories.
template <class Enum>
class enum_category final : public std::error_category {
public:
  /// Returns the text of a value. A number from elsewhere may be no value of
  /// the enum; it gets a text too.
  using text_function = std::string_view (*)(Enum);

  /// `name` must be a literal: it is not copied.
  enum_category(const char* name, text_function to_text)
      : name_(name)
      , to_text_(to_text) {}

  const char* name() const noexcept override {
    return name_;
  }

  std::string message(int value) const override {
    return std::string{to_text_(static_cast<Enum>(value))};
  }

private:
  const char* name_;
  text_function to_text_;
};

} // namespace troupe::net
