#include "protocol/json/json_scan.hpp"

#include <algorithm>
#include <cstddef>

namespace troupe::protocol {

namespace {

constexpr size_t max_length = 64;

constexpr std::string_view space = " \t\n\r";

bool is_plain(char x) {
  return x >= ' ' && x <= '~' && x != '"' && x != '\\';
}

// Consumes a JSON text from the front.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_(text) {}

  bool at_end() const {
    return rest_.empty();
  }

  void skip_space() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(space), rest_.size()));
  }

  bool take(char x) {
    skip_space();
    if (!rest_.starts_with(x))
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  char take_any() {
    const auto out = rest_.front();
    rest_.remove_prefix(1);
    return out;
  }

  bool at_string() const {
    return rest_.starts_with('"');
  }

  // Takes the string at the front, quotes included, or the rest of the text.
  std::string_view take_string() {
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"')
      end += rest_[end] == '\\' ? 2 : 1;
    return take_first(std::min(end + 1, rest_.size()));
  }

  // Takes the number or word at the front; empty if there is none.
  std::string_view take_word() {
    const auto end = std::ranges::find_if_not(rest_, [](char x) {
      return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'z') || x == '-'
             || x == '+' || x == '.' || x == 'E';
    });
    return take_first(static_cast<size_t>(end - rest_.begin()));
  }

private:
  std::string_view take_first(size_t n) {
    const auto out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }

  std::string_view rest_;
};

bool is_whole_plain_string(std::string_view x) {
  return x.size() >= 2 && x.back() == '"'
         && std::ranges::all_of(x.substr(1, x.size() - 2), is_plain);
}

bool is_plain_word(std::string_view x) {
  if (x == "true" || x == "false" || x == "null")
    return true;
  // No exponents and no leading zeros, so that every parser accepts it.
  const auto digits = x.starts_with('-') ? x.substr(1) : x;
  return !digits.empty() && (digits.size() == 1 || digits[0] != '0')
         && std::ranges::all_of(digits,
                                [](char c) { return c >= '0' && c <= '9'; });
}

// Takes the value at the front of the text if it is a plain one.
std::optional<std::string_view> take_plain(scanner& from) {
  from.skip_space();
  const auto is_text = from.at_string();
  const auto out = is_text ? from.take_string() : from.take_word();
  const auto is_fine =
      is_text ? is_whole_plain_string(out) : is_plain_word(out);
  if (!is_fine || out.size() > max_length)
    return std::nullopt;
  return out;
}

} // namespace

std::optional<std::string_view> find_plain_member(std::string_view text,
                                                  std::string_view name) {
  scanner from{text};
  if (!from.take('{'))
    return std::nullopt;
  std::optional<std::string_view> found;
  size_t depth = 1;
  while (depth > 0 && !from.at_end()) {
    if (from.at_string()) {
      const auto key = from.take_string();
      const auto is_it = depth == 1 && key.size() == name.size() + 2
                         && key.substr(1, name.size()) == name;
      if (!is_it || !from.take(':'))
        continue;
      if (found)
        return std::nullopt;
      found = take_plain(from);
      if (!found)
        return std::nullopt;
      continue;
    }
    const auto x = from.take_any();
    depth += x == '{' || x == '[';
    depth -= x == '}' || x == ']';
  }
  return found;
}

} // namespace troupe::protocol
