#include "net/base/byte_range.hpp"

#include "net/base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace troupe::net {

namespace {

constexpr auto largest = std::numeric_limits<uint64_t>::max();

// The number, or the largest one if it is larger than that.
std::optional<uint64_t> read_position(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, is_digit))
    return std::nullopt;
  uint64_t out = 0;
  const auto failed =
      std::from_chars(text.data(), text.data() + text.size(), out).ec;
  return failed == std::errc{} ? out : largest;
}

range_request last_octets(uint64_t wanted, uint64_t size) {
  using kind = range_request::kind;
  if (wanted == 0)
    return {kind::unsatisfiable};
  // All of an empty content is no range that a Content-Range could name.
  if (size == 0)
    return {kind::whole};
  const auto n = std::min(wanted, size);
  return {kind::part, {size - n, n}};
}

} // namespace

range_request read_range(std::string_view header, uint64_t size) {
  using kind = range_request::kind;
  constexpr std::string_view unit = "bytes=";
  if (!std::ranges::equal(header.substr(0, unit.size()), unit, {}, to_lower))
    return {};
  const auto range = header.substr(unit.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos)
    return {};
  const auto last = read_position(range.substr(dash + 1));
  if (dash == 0)
    return last ? last_octets(*last, size) : range_request{};
  const auto first = read_position(range.substr(0, dash));
  if (!first || (!last && dash + 1 < range.size()) || (last && *last < *first))
    return {};
  if (*first >= size)
    return {kind::unsatisfiable};
  const auto end = std::min(last.value_or(largest), size - 1);
  return {kind::part, {*first, end - *first + 1}};
}

} // namespace troupe::net
