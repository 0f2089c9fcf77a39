#include "protocol/verbs/mime_type.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

char lower(char x) {
  return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x;
}

} // namespace

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool is_same_mime_type(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<media_kind> kind_of_mime_type(std::string_view mime_type) {
  const auto slash = mime_type.find('/');
  if (slash == std::string_view::npos || slash + 1 == mime_type.size()
      || mime_type[slash + 1] == '\n' || mime_type[slash + 1] == '\r')
    return std::nullopt;
  return parse_media_kind(to_lower(mime_type.substr(0, slash)));
}

bool is_rtx(std::string_view mime_type) {
  return mime_type.size() > 4
         && is_same_mime_type(mime_type.substr(mime_type.size() - 4), "/rtx");
}

} // namespace troupe::protocol
