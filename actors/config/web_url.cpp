#include "actors/config/web_url.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

// Characters that a URL has only in escapes (RFC 3986, section 2), besides the
// '#' of a fragment.
bool is_unfit(char c) {
  return c <= ' ' || c > '~'
         || std::string_view{"\"<>\\^`{|}#"}.find(c) != std::string_view::npos;
}

} // namespace

std::string find_web_url_fault(std::string_view text) {
  constexpr size_t max_length = 1024;
  if (!text.starts_with("https://") && !text.starts_with("http://"))
    return "it must begin with https://";
  const auto authority = web_url_authority(text);
  if (authority.empty() || authority.starts_with(':'))
    return "it names no host";
  if (authority.find('@') != std::string_view::npos)
    return "it must name no user";
  if (text.size() > max_length || std::ranges::any_of(text, is_unfit))
    return "it must have at most 1024 characters, all of them allowed in a "
           "URL, and no fragment";
  return {};
}

std::string_view web_url_authority(std::string_view text) {
  const auto begin = text.find("://");
  const auto rest =
      begin == std::string_view::npos ? text : text.substr(begin + 3);
  return rest.substr(0, rest.find_first_of("/?"));
}

} // namespace troupe::actors
