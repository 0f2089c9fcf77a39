#include "net/cluster/seed_address.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::net {

namespace {

constexpr std::string_view name_prefix = "dns:";

// The longest DNS name.
constexpr size_t max_host = 253;

struct host_and_port {
  std::string host;
  uint16_t port = 0;
  bool bracketed = false;
};

// Splits at the last colon. Of a host with colons in it, only one in brackets
// is unambiguous (RFC 3986, section 3.2.2).
std::optional<host_and_port> split_host_and_port(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return std::nullopt;
  auto host = text.substr(0, colon);
  auto digits = text.substr(colon + 1);
  host_and_port out;
  auto end = digits.data() + digits.size();
  auto [stopped, failure] = std::from_chars(digits.data(), end, out.port);
  if (failure != std::errc{} || stopped != end)
    return std::nullopt;
  out.bracketed = host.front() == '[' && host.back() == ']';
  if (out.bracketed)
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return std::nullopt;
  out.host = host;
  return out;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= max_host
         && std::ranges::all_of(text, [](char c) {
              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                     || (c >= '0' && c <= '9') || c == '-' || c == '.'
                     || c == '_';
            });
}

} // namespace

std::optional<seed_address> seed_address::parse(std::string_view text) {
  auto named =
      text.starts_with(name_prefix) && std::ranges::count(text, ':') == 2;
  if (named)
    text.remove_prefix(name_prefix.size());
  auto parts = split_host_and_port(text);
  if (!parts || parts->port == 0)
    return std::nullopt;
  if (!parts->bracketed && !is_host_name(parts->host))
    return std::nullopt;
  // Brackets are for IPv6 addresses alone.
  if (parts->bracketed
      && (named || parts->host.find(':') == std::string::npos
          || !parse_address(parts->host, 0)))
    return std::nullopt;
  return seed_address{std::move(parts->host), parts->port};
}

std::optional<socket_address> parse_address_and_port(std::string_view text) {
  auto parts = split_host_and_port(text);
  if (!parts)
    return std::nullopt;
  auto out = parse_address(parts->host, parts->port);
  if (!out || parts->bracketed == (parts->host.find(':') == std::string::npos))
    return std::nullopt;
  return out;
}

} // namespace troupe::net
