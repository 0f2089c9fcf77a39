#include "net/io/http/http_types.hpp"

#include "net/base/ascii.hpp"
#include "net/base/utf8.hpp"

#include <algorithm>

namespace troupe::net {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Calls `f` with each part of `text` between separators until `f` returns true.
template <class F>
bool any_part(std::string_view text, char separator, F f) {
  while (true) {
    auto end = text.find(separator);
    if (f(text.substr(0, end)))
      return true;
    if (end == std::string_view::npos)
      return false;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view x) {
  while (!x.empty() && (x.front() == ' ' || x.front() == '\t'))
    x.remove_prefix(1);
  while (!x.empty() && (x.back() == ' ' || x.back() == '\t'))
    x.remove_suffix(1);
  return x;
}

} // namespace

std::string_view http_request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (same_name(key, name))
      return value;
  return {};
}

bool http_request::has_header(std::string_view name) const {
  return std::ranges::any_of(
      headers, [&](const auto& x) { return same_name(x.first, name); });
}

std::optional<std::string>
http_request::query_value(std::string_view name) const {
  std::optional<std::string> result;
  any_part(query, '&', [&](std::string_view part) {
    auto equals = part.find('=');
    if (percent_decode(part.substr(0, equals), true) != name)
      return false;
    result = equals == std::string_view::npos
                 ? std::string{}
                 : percent_decode(part.substr(equals + 1), true);
    return true;
  });
  return result;
}

bool http_request::is_query_readable() const {
  return !any_part(query, '&', [](std::string_view part) {
    return !percent_decode(part, true);
  });
}

std::string_view http_request::bearer_token() const {
  constexpr std::string_view scheme = "Bearer ";
  auto value = header("Authorization");
  if (!same_name(value.substr(0, scheme.size()), scheme))
    return {};
  return trim(value.substr(scheme.size()));
}

bool http_request::offers_subprotocol(std::string_view protocol) const {
  return std::ranges::any_of(headers, [&](const auto& x) {
    return same_name(x.first, "Sec-WebSocket-Protocol")
           && any_part(x.second, ',', [&](std::string_view part) {
                return trim(part) == protocol;
              });
  });
}

http_response json_response(unsigned status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

http_response text_response(unsigned status, std::string body) {
  return {
      status, {{"Content-Type", "text/plain; charset=UTF-8"}}, std::move(body)};
}

std::optional<std::string> percent_decode(std::string_view text, bool form) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && form) {
      result += ' ';
    } else if (text[i] != '%') {
      result += text[i];
    } else {
      if (text.size() - i < 3)
        return std::nullopt;
      auto high = hex_digit(text[i + 1]);
      auto low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0)
        return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_utf8(result))
    return std::nullopt;
  return result;
}

} // namespace troupe::net
