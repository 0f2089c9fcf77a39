#pragma once

#include "protocol/sdp/sdp_offer.hpp"

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

/// The text of session descriptions: lines, words and numbers.
namespace troupe::protocol {

/// A line of a session description: `<type>=<value>`.
struct sdp_line {
  /// From 1; empty lines count.
  size_t number = 0;
  char type = 0;
  std::string_view value;
};

/// Splits a text into lines, which end with LF or CR LF. Empty lines are
/// ignored. Refuses what is too large, not UTF-8, has control characters, or
/// has a line of another form. The values refer to `text`.
checked<std::vector<sdp_line>> split_sdp_lines(std::string_view text);

/// Removes and returns the text up to the first separator, or all. Further
/// separators after it are removed too.
std::string_view take_sdp_word(std::string_view& rest, char separator = ' ');

/// Calls `each` for each word between separators.
template <class Function>
void for_each_sdp_word(std::string_view rest, char separator, Function each) {
  while (!rest.empty())
    if (const auto word = take_sdp_word(rest, separator); !word.empty())
      each(word);
}

/// The decimal number that is all of `text`, if it fits.
template <class Number>
std::optional<Number> parse_sdp_number(std::string_view text) {
  Number out{};
  const auto* end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, out);
  if (failure != std::errc{} || stopped != end)
    return std::nullopt;
  return out;
}

/// Whether `text` is a token of at most `limit` characters (RFC 8866, section
/// 9). Slashes are allowed if `slashes` is set, as in transport protocols.
bool is_sdp_token(std::string_view text, size_t limit, bool slashes = false);

} // namespace troupe::protocol
