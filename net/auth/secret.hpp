#pragma once

#include <string>
#include <string_view>

namespace troupe::net {

/// A credential such as a token or password. The comparison takes a time that
/// does not depend on where the texts differ, so it cannot be guessed by
/// timing.
class secret {
public:
  /// An empty secret matches nothing.
  secret() = default;

  explicit secret(std::string value) : value_(std::move(value)) {}

  /// Whether `guess` equals the secret. False if the secret is empty.
  bool matches(std::string_view guess) const;

  /// The plain text, for a caller that must present it. Never log it.
  const std::string& text() const {
    return value_;
  }

private:
  std::string value_;
};

} // namespace troupe::net
