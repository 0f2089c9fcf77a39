#include "net/io/http/origin_policy.hpp"

#include "net/base/ascii.hpp"
#include "net/io/http/static_files.hpp"

#include <algorithm>

namespace troupe::net {

namespace {

constexpr std::string_view any_port = ":*";

// The longest text quoted to a client or suggested to an operator.
constexpr size_t max_quoted = 128;

bool same_host(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

// A host, with the brackets of an IPv6 address, and the digits of its port.
struct authority {
  std::string_view host;
  std::string_view port;
};

authority split(std::string_view text) {
  auto colon = text.find_last_of(":]");
  if (colon == std::string_view::npos || text[colon] == ']')
    return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

struct origin_parts {
  std::string_view scheme;
  authority at;
};

std::optional<origin_parts> parse_origin(std::string_view text) {
  auto colon = text.find("://");
  if (colon == 0 || colon == std::string_view::npos)
    return std::nullopt;
  auto at = split(text.substr(colon + 3));
  if (at.host.empty())
    return std::nullopt;
  return origin_parts{text.substr(0, colon), at};
}

std::string_view port_of(const authority& x, std::string_view scheme) {
  if (!x.port.empty())
    return x.port;
  return scheme == "https" ? "443" : "80";
}

bool is_web(std::string_view scheme) {
  return scheme == "https" || scheme == "http";
}

// Whether it is four numbers of which the first is 127.
bool is_loopback_v4(std::string_view host) {
  return host.starts_with("127.")
         && std::ranges::all_of(host,
                                [](char c) { return is_digit(c) || c == '.'; })
         && std::ranges::count(host, '.') == 3;
}

// Some dialects accept a WebSocket at any path: a request for one is none for a
// file.
bool asks_for_public_code(const http_request& x) {
  return (x.method == "GET" || x.method == "HEAD") && !x.has_header("Upgrade")
         && is_for_every_site(x.path);
}

} // namespace

std::string source_refusal::explain() const {
  std::string out = which == header::origin ? "Origin" : "Host";
  if (!to_allow.empty())
    out += " " + value;
  out += " not allowed";
  if (!to_allow.empty())
    out += ": set http.allowed-origins = " + to_allow + " on the server";
  return out;
}

bool is_origin(std::string_view text) {
  if (text == "null" || text == "file://")
    return true;
  auto colon = text.find("://");
  if (colon == 0 || colon == std::string_view::npos)
    return false;
  auto host = text.substr(colon + 3);
  auto is_strange = [](char c) {
    return c <= ' ' || c > '~' || (c >= 'A' && c <= 'Z')
           || std::string_view{"/?#@*,;'\"\\"}.find(c)
                  != std::string_view::npos;
  };
  return !host.empty()
         && std::ranges::none_of(text.substr(0, colon), is_strange)
         && std::ranges::none_of(host, is_strange);
}

bool is_loopback_host(std::string_view host) {
  auto name = split(host).host;
  if (name.ends_with('.'))
    name.remove_suffix(1);
  constexpr std::string_view local = "localhost";
  constexpr std::string_view below = ".localhost";
  return same_host(name, local) || name == "[::1]" || is_loopback_v4(name)
         || (name.size() > below.size()
             && same_host(name.substr(name.size() - below.size()), below));
}

origin_policy::origin_policy(std::vector<std::string> allowed, bool local_only)
    : allowed_(std::move(allowed))
    , local_only_(local_only) {}

std::optional<source_refusal>
origin_policy::check(const http_request& request) const {
  using enum source_refusal::header;
  auto quotable = [](const std::string& x) {
    return x.size() <= max_quoted && is_origin(x) ? x : std::string{};
  };
  auto name = request.header("Host");
  if (local_only_ && !name.empty() && !allows_host(name)) {
    auto scheme = std::string{request.secure ? "https://" : "http://"};
    std::string page{request.header("Origin")};
    // A proxy may have terminated TLS: then the page's Origin is the better
    // guess.
    auto guess = parse_origin(page);
    if (!guess || !same_host(guess->at.host, split(name).host)) {
      page = scheme + std::string{name};
      std::ranges::transform(page, page.begin(), to_lower);
    }
    return source_refusal{host, std::string{name}, quotable(page)};
  }
  auto page = request.header("Origin");
  if (page.empty() || asks_for_public_code(request)
      || allows_origin(page, request))
    return std::nullopt;
  return source_refusal{origin, std::string{page}, quotable(std::string{page})};
}

bool origin_policy::allows_origin(std::string_view origin,
                                  const http_request& request) const {
  if (is_listed(origin))
    return true;
  auto page = parse_origin(origin);
  if (!page || !is_web(page->scheme))
    return false;
  if (local_only_ && is_loopback_host(page->at.host))
    return true;
  auto asked = split(request.header("Host"));
  return (!request.secure || page->scheme == "https")
         && same_host(page->at.host, asked.host)
         && port_of(page->at, page->scheme) == port_of(asked, page->scheme);
}

bool origin_policy::is_listed(std::string_view origin) const {
  return std::ranges::any_of(allowed_, [&](std::string_view x) {
    if (x == "*" || x == origin)
      return true;
    if (!x.ends_with(any_port))
      return false;
    x.remove_suffix(any_port.size());
    if (!origin.starts_with(x))
      return false;
    auto rest = origin.substr(x.size());
    return rest.empty()
           || (rest.size() > 1 && rest.front() == ':'
               && std::ranges::all_of(rest.substr(1), is_digit));
  });
}

void allow_origin(std::string_view origin, std::string_view exposed,
                  http_response& response) {
  if (origin.empty())
    return;
  auto& headers = response.headers;
  headers.emplace_back("Access-Control-Allow-Origin", origin);
  headers.emplace_back("Vary", "Origin");
  if (!exposed.empty())
    headers.emplace_back("Access-Control-Expose-Headers", exposed);
}

bool origin_policy::allows_host(std::string_view host) const {
  if (is_loopback_host(host))
    return true;
  auto name = split(host).host;
  return std::ranges::any_of(allowed_, [&](std::string_view x) {
    auto listed = parse_origin(x);
    return x == "*" || (listed && same_host(listed->at.host, name));
  });
}

} // namespace troupe::net
