#pragma once

#include <string>
#include <string_view>

namespace troupe::net {

/// A text that opens doors. It is compared in a time that does not depend on
/// where it differs, so that nobody can guess it piece by piece.
class secret {
public:
  /// Matches nothing.
  secret() = default;

  explicit secret(std::string value) : value_(std::move(value)) {}

  /// Whether `guess` is it. Nothing is, where this one is empty.
  bool matches(std::string_view guess) const;

  /// The text itself, for whom it opens the door. Never to be logged.
  const std::string& text() const {
    return value_;
  }

private:
  std::string value_;
};

} // namespace troupe::net
