#include "net/io/http/request_rules.hpp"

#include "net/base/ascii.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace troupe::net {

namespace {

using boost::beast::iequals;

std::vector<std::string_view> values_of(const http_request& request,
                                        std::string_view name) {
  std::vector<std::string_view> result;
  for (const auto& [key, value] : request.headers)
    if (iequals(key, name))
      result.emplace_back(value);
  return result;
}

// Whether every HTTP implementation finds the same end of the body.
bool is_well_framed(const http_request& request, http_version version) {
  auto codings = values_of(request, "Transfer-Encoding");
  auto lengths = values_of(request, "Content-Length");
  if (codings.size() + lengths.size() > 1)
    return false;
  if (!codings.empty())
    return version == http_version::http_1_1 && iequals(codings[0], "chunked");
  return lengths.empty()
         || (!lengths[0].empty() && std::ranges::all_of(lengths[0], is_digit));
}

// The characters of uri-host and port (RFC 3986, section 3.2.2). Clients send
// an empty Host if the target has no authority.
bool is_host(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c)
           || std::string_view{"-._~%!$&'()*+;=:[]"}.find(c)
                  != std::string_view::npos;
  });
}

bool has_host(const http_request& request, http_version version) {
  auto hosts = values_of(request, "Host");
  if (hosts.empty())
    return version == http_version::http_1_0;
  return hosts.size() == 1 && is_host(hosts[0]);
}

void set_host(http_request& request, std::string_view authority) {
  for (auto& [key, value] : request.headers)
    if (iequals(key, "Host")) {
      value = authority;
      return;
    }
  request.headers.emplace_back("Host", authority);
}

// The scheme with "://" at the front, or empty.
std::string_view scheme_of(std::string_view target) {
  for (std::string_view x : {"http://", "https://"})
    if (iequals(target.substr(0, x.size()), x))
      return target.substr(0, x.size());
  return {};
}

// Converts an absolute target to origin form.
bool resolve_target(http_request& request) {
  std::string_view target{request.target};
  if (target.starts_with('/') || request.method == "CONNECT"
      || (request.method == "OPTIONS" && target == "*"))
    return true;
  auto scheme = scheme_of(target);
  if (scheme.empty())
    return false;
  target.remove_prefix(scheme.size());
  auto authority = target.substr(0, target.find_first_of("/?"));
  if (authority.empty() || !is_host(authority))
    return false;
  set_host(request, authority);
  target.remove_prefix(authority.size());
  std::string origin{target};
  if (!origin.starts_with('/'))
    origin.insert(0, "/");
  request.target = std::move(origin);
  return true;
}

void split_target(http_request& request) {
  auto question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string::npos)
    request.query = request.target.substr(question + 1);
}

} // namespace

std::optional<http_response> apply_request_rules(http_request& request,
                                                 http_version version) {
  if (!is_well_framed(request, version) || !has_host(request, version)
      || !resolve_target(request))
    return text_response(400, "Bad request\n");
  if (version == http_version::http_1_1)
    for (auto x : values_of(request, "Expect"))
      if (!x.empty() && !iequals(x, "100-continue"))
        return text_response(417, "Unknown expectation\n");
  split_target(request);
  return std::nullopt;
}

bool awaits_continue(const http_request& request, http_version version) {
  return version == http_version::http_1_1
         && std::ranges::any_of(values_of(request, "Expect"),
                                [](auto x) { return !x.empty(); });
}

} // namespace troupe::net
