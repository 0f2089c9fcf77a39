#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::actors::log {

/// The octets of a value that are logged: clients choose many of the values.
inline constexpr size_t max_value = 128;

/// The value as it is logged: `x`, or its first octets and its length:
/// "xxx… (240000 octets)".
std::string clip(std::string x);

/// Writes as \uXXXX what JSON allows as it is but could mislead the reader of a
/// log: controls of a terminal (DEL and C1), separators of lines, controls of
/// the writing direction, and other invisible formatting. What is not UTF-8
/// becomes \ufffd. `json` is JSON text, and the result means the same.
std::string escape_controls(std::string_view json);

} // namespace troupe::actors::log
