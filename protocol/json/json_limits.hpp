#pragma once

#include "net/base/result.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace troupe::protocol {

/// Limits on a JSON text, beyond which it is refused.
struct json_limits {
  /// Length of the text in octets.
  size_t max_bytes = 256 * 1024;
  /// Nesting of arrays and objects; a single number has depth 0.
  size_t max_depth = 32;
  /// Values and member names together; an array or object counts as one.
  size_t max_tokens = 10'000;
};

/// Why parse_json() refused a text.
enum class json_errc {
  /// The text is longer than json_limits::max_bytes.
  too_large = 1,
  /// Arrays or objects nest deeper than json_limits::max_depth.
  too_deep,
  /// There are more values and names than json_limits::max_tokens.
  too_many_tokens,
  /// The text, or what an escape in a string stands for, is not UTF-8.
  not_utf8,
  /// An object has two members of the same name. RFC 8259, section 4, leaves
  /// the meaning open, and parsers differ: an opportunity for smuggling.
  duplicate_key,
  /// A number is longer than 64 characters, has more than 4 exponent digits or
  /// more than 20 significant digits, exceeds a double, or is a zero with more
  /// than 8 characters before its exponent or with an exponent beyond 14.
  bad_number,
  /// The text is not one JSON value (RFC 8259), or something follows it.
  syntax,
};

/// The category of json_errc, named "json".
const std::error_category& json_category();

/// Makes json_errc a std::error_code.
std::error_code make_error_code(json_errc value);

/// Parses `text` if it is within the limits; see json_errc for the errors. The
/// check runs first, without recursion and without allocating a document, so
/// that hostile text costs no more than one pass over it.
net::result<rapidjson::Document> parse_json(std::string_view text,
                                            const json_limits& limits = {});

/// The compact JSON text of `value`. NaN and infinities, which JSON lacks,
/// become null.
std::string write_json(const rapidjson::Value& value);

} // namespace troupe::protocol

template <>
struct std::is_error_code_enum<troupe::protocol::json_errc> : std::true_type {};
