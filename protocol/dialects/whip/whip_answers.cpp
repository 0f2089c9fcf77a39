#include "protocol/dialects/whip/whip_answers.hpp"

#include "net/base/ascii.hpp"
#include "protocol/json/json_writer.hpp"

#include <algorithm>

namespace troupe::protocol::whip {

namespace {

// In seconds.
constexpr std::string_view retry_after = "5";

std::string_view trim(std::string_view x) {
  constexpr std::string_view spaces = " \t";
  const auto first = x.find_first_not_of(spaces);
  if (first == std::string_view::npos)
    return {};
  return x.substr(first, x.find_last_not_of(spaces) - first + 1);
}

// A quoted-string (RFC 9110, section 5.6.4).
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const auto c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out += '"';
}

// All but the unreserved characters becomes an escape (RFC 3986, section 2.1).
std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (net::is_alphanumeric(static_cast<char>(c))
        || std::string_view{"-._~"}.find(static_cast<char>(c))
               != std::string_view::npos) {
      out += static_cast<char>(c);
      continue;
    }
    out += '%';
    out += digits[c >> 4];
    out += digits[c & 15];
  }
  return out;
}

} // namespace

bool has_type(std::string_view content_type, std::string_view wanted) {
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  return std::ranges::equal(type, wanted, {}, net::to_lower, net::to_lower);
}

unsigned status_of(error_code code) {
  if (code == error_code::not_joined)
    return 404;
  if (code == error_code::room_not_found || code == error_code::no_producer)
    return 409;
  return code == error_code::unsupported ? 422 : http_status(code);
}

http_answer problem(unsigned status, const error& why) {
  json_writer out;
  out.begin_object()
      .add("title", make_error(why.code).message)
      .add("status", status)
      .add("detail", why.message)
      .add("code", to_string(why.code));
  if (why.reason != error_reason::none)
    out.add("reason", to_string(why.reason));
  http_answer answer{status, out.end_object().str(),
                     "application/problem+json"};
  if (status == 401)
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 409 || status == 429 || status == 503)
    answer.headers.emplace_back("Retry-After", retry_after);
  return answer;
}

void add_links(const std::vector<ice_server>& servers, http_header_list& to) {
  for (const auto& x : servers)
    for (const auto& url : x.urls) {
      auto link = "<" + url + ">; rel=\"ice-server\"";
      if (!x.credential.empty())
        link += "; username=" + quoted(x.username) + "; credential="
                + quoted(x.credential) + "; credential-type=\"password\"";
      to.emplace_back("Link", std::move(link));
    }
}

std::string session_path(std::string_view endpoint, std::string_view room,
                         std::string_view peer, std::string_view secret) {
  return "/" + std::string{endpoint} + "/" + percent_encode(room) + "/"
         + percent_encode(peer) + "/" + percent_encode(secret);
}

bool matches(std::string_view if_match, std::string_view tag) {
  while (!if_match.empty()) {
    const auto end = std::min(if_match.find(','), if_match.size());
    const auto named = trim(if_match.substr(0, end));
    if (named == "*" || named == tag)
      return true;
    if_match.remove_prefix(std::min(end + 1, if_match.size()));
  }
  return false;
}

} // namespace troupe::protocol::whip
