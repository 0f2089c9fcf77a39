#include "protocol/sdp/sdp_text.hpp"

#include "net/base/ascii.hpp"
#include "net/base/utf8.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

bool is_control(char x) {
  const auto octet = static_cast<unsigned char>(x);
  return octet < 0x20 || octet == 0x7f;
}

refusal refuse_line(size_t number, std::string_view why) {
  return {sdp_errc::malformed,
          "line " + std::to_string(number) + ": " + std::string(why)};
}

} // namespace

checked<std::vector<sdp_line>> split_sdp_lines(std::string_view text) {
  if (text.size() > sdp_limits::size)
    return refusal{sdp_errc::too_large, "more than 64 KB"};
  if (!net::is_utf8(text))
    return refusal{sdp_errc::malformed, "not UTF-8"};
  std::vector<sdp_line> out;
  for (size_t number = 1; !text.empty(); ++number) {
    if (number > sdp_limits::lines)
      return refusal{sdp_errc::too_many, "more than 1000 lines"};
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (line.empty())
      continue;
    if (line.size() < 2 || line[0] < 'a' || line[0] > 'z' || line[1] != '=')
      return refuse_line(number, "not of the form <letter>=<value>");
    if (std::ranges::any_of(line, is_control))
      return refuse_line(number, "has a control character");
    auto value = line.substr(2);
    while (value.ends_with(' '))
      value.remove_suffix(1);
    out.push_back({number, line[0], value});
  }
  return out;
}

std::string_view take_sdp_word(std::string_view& rest, char separator) {
  const auto word = rest.substr(0, rest.find(separator));
  rest.remove_prefix(word.size());
  while (rest.starts_with(separator))
    rest.remove_prefix(1);
  return word;
}

bool is_sdp_token(std::string_view text, size_t limit, bool slashes) {
  constexpr std::string_view others = "!#$%&'*+-.^_`{|}~";
  return !text.empty() && text.size() <= limit
         && std::ranges::all_of(text, [&](char x) {
              return net::is_alphanumeric(x) || others.find(x) != others.npos
                     || (slashes && x == '/');
            });
}

} // namespace troupe::protocol
