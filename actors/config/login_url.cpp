#include "actors/config/login_url.hpp"

#include "net/io/http/origin_policy.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

constexpr std::string_view tls_scheme = "https://";
constexpr std::string_view plain_scheme = "http://";

// Characters that a URL has only in escapes (RFC 3986, section 2), besides the
// '#' of a fragment.
bool is_unfit(char c) {
  return c <= ' ' || c > '~'
         || std::string_view{"\"<>\\^`{|}#"}.find(c) != std::string_view::npos;
}

} // namespace

std::string find_login_url_fault(std::string_view text) {
  constexpr size_t max_length = 1024;
  auto secure = text.starts_with(tls_scheme);
  auto refuse = [&](std::string why) {
    return "not an address of a sign-in: " + std::string{text} + ": "
           + std::move(why);
  };
  if (!secure && !text.starts_with(plain_scheme))
    return refuse("it must begin with https://");
  auto rest = text.substr(secure ? tls_scheme.size() : plain_scheme.size());
  auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.empty() || authority.starts_with(':'))
    return refuse("it names no host");
  if (authority.find('@') != std::string_view::npos)
    return refuse("it must name no user");
  if (text.size() > max_length || std::ranges::any_of(text, is_unfit))
    return refuse("it must have at most 1024 characters, all of them allowed "
                  "in a URL, and no fragment");
  if (!secure && !net::is_loopback_host(authority))
    return refuse("http is for loopback names only; use https");
  return {};
}

} // namespace troupe::actors
