#include "protocol/mime_type.hpp"

namespace troupe::protocol {

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (auto& x : out)
    if (x >= 'A' && x <= 'Z')
      x = static_cast<char>(x - 'A' + 'a');
  return out;
}

std::optional<media_kind> kind_of_mime_type(std::string_view mime_type) {
  const auto slash = mime_type.find('/');
  if (slash == std::string_view::npos || slash + 1 == mime_type.size()
      || mime_type[slash + 1] == '\n' || mime_type[slash + 1] == '\r')
    return std::nullopt;
  return parse_media_kind(to_lower(mime_type.substr(0, slash)));
}

bool is_rtx(std::string_view mime_type) {
  const auto lower = to_lower(mime_type);
  return lower.size() > 4 && lower.ends_with("/rtx");
}

} // namespace troupe::protocol
