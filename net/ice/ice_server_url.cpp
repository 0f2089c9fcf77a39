#include "net/ice/ice_server_url.hpp"

#include "net/base/ascii.hpp"
#include "net/base/enum_category.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::net {

namespace {

// RFC 7064, section 3.2, and RFC 7065, section 3.2.
constexpr uint16_t default_stun_port = 3478;
constexpr uint16_t default_stun_tls_port = 5349;

// RFC 1035, section 2.3.4.
constexpr size_t longest_host_name = 253;

std::string_view ice_url_text(ice_url_errc value) {
  switch (value) {
    case ice_url_errc::scheme:
      return "it must begin with stun:, turn: or turns:";
    case ice_url_errc::host:
      return "the scheme must be followed by a host name, an IPv4 address or "
             "an IPv6 address in brackets, without //";
    case ice_url_errc::port:
      return "the port must be a number from 1 to 65535";
    case ice_url_errc::query:
      return "only turn: and turns: may have a query, and only "
             "?transport=udp or ?transport=tcp";
    case ice_url_errc::dtls:
      return "browsers have no TURN over DTLS: write ?transport=tcp";
  }
  return "unknown";
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_host_name
         && is_alphanumeric(text.front())
         && std::ranges::all_of(text, [](char c) {
              return is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
            });
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Reads the host, and leaves what follows it in `text`.
result<std::string> take_host(std::string_view& text) {
  const bool bracketed = take_prefix(text, "[");
  const auto end =
      std::min(text.find_first_of(bracketed ? "]" : ":"), text.size());
  std::string host{text.substr(0, end)};
  text.remove_prefix(end);
  const auto good = bracketed ? take_prefix(text, "]")
                                    && host.find(':') != std::string::npos
                                    && parse_address(host, 0).has_value()
                              : is_host_name(host);
  if (!good)
    return make_error_code(ice_url_errc::host);
  return host;
}

// Reads `:port` or nothing.
result<uint16_t> read_port(std::string_view text, uint16_t otherwise) {
  if (text.empty())
    return otherwise;
  uint16_t port = 0;
  const auto* end = text.data() + text.size();
  if (!take_prefix(text, ":"))
    return make_error_code(ice_url_errc::host);
  const auto read = std::from_chars(text.data(), end, port);
  if (read.ec != std::errc{} || read.ptr != end || port == 0)
    return make_error_code(ice_url_errc::port);
  return port;
}

} // namespace

const std::error_category& ice_url_category() {
  static const enum_category<ice_url_errc> instance{"ice-url", ice_url_text};
  return instance;
}

std::error_code make_error_code(ice_url_errc value) {
  return {static_cast<int>(value), ice_url_category()};
}

result<ice_server_url> ice_server_url::parse(std::string_view text) {
  ice_server_url out;
  if (take_prefix(text, "turns:"))
    out.relays = out.tls = true;
  else if (take_prefix(text, "turn:"))
    out.relays = true;
  else if (!take_prefix(text, "stun:"))
    return make_error_code(ice_url_errc::scheme);
  if (out.tls)
    out.transport = transport_protocol::tcp;
  if (const auto mark = text.find('?'); mark != std::string_view::npos) {
    const auto query = text.substr(mark);
    text = text.substr(0, mark);
    const bool udp = query == "?transport=udp";
    if (!out.relays || (!udp && query != "?transport=tcp"))
      return make_error_code(ice_url_errc::query);
    if (udp && out.tls)
      return make_error_code(ice_url_errc::dtls);
    out.transport = udp ? transport_protocol::udp : transport_protocol::tcp;
  }
  auto host = take_host(text);
  if (!host)
    return host.error();
  out.host = std::move(*host);
  const auto port =
      read_port(text, out.tls ? default_stun_tls_port : default_stun_port);
  if (!port)
    return port.error();
  out.port = *port;
  return out;
}

std::string ice_server_url::str() const {
  std::string out{!relays ? "stun:" : tls ? "turns:" : "turn:"};
  const bool v6 = host.find(':') != std::string::npos;
  out += v6 ? "[" + host + "]" : host;
  out += ":" + std::to_string(port);
  if (relays)
    out += transport == transport_protocol::tcp ? "?transport=tcp"
                                                : "?transport=udp";
  return out;
}

} // namespace troupe::net
