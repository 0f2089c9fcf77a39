#include "actors/transport/plain_networks.hpp"

#include <algorithm>
#include <array>

namespace troupe::actors {

namespace {

constexpr std::array loopback{"127.0.0.0/8", "::1"};

// RFC 1918 and RFC 4193. Link-local addresses are left out: clouds serve
// credentials there.
constexpr std::array private_networks{"10.0.0.0/8", "172.16.0.0/12",
                                      "192.168.0.0/16", "fc00::/7"};

std::vector<net::address_prefix> parse(const std::vector<std::string>& texts) {
  std::vector<net::address_prefix> out;
  for (const auto& text : texts)
    if (auto x = net::address_prefix::parse(text))
      out.push_back(*x);
  return out;
}

bool is_in(const net::socket_address& x,
           const std::vector<net::address_prefix>& ranges) {
  return std::ranges::any_of(ranges,
                             [&](const auto& r) { return r.contains(x); });
}

// The number of bits of a prefix, or of an address.
int bits_of(const std::string& text, const net::socket_address& first) {
  const auto slash = text.find('/');
  if (slash == std::string::npos)
    return first.is_v4() ? 32 : 128;
  return std::stoi(text.substr(slash + 1));
}

} // namespace

std::vector<std::string> plain_destinations(const config::rtc_keys& settings) {
  if (!settings.plain_destinations.empty())
    return settings.plain_destinations;
  std::vector<std::string> out{loopback.begin(), loopback.end()};
  const std::vector<std::string> lan{private_networks.begin(),
                                     private_networks.end()};
  const auto own = net::parse_address(settings.plain_address, 0);
  if (own && is_in(*own, parse(lan)))
    out.insert(out.end(), lan.begin(), lan.end());
  return out;
}

bool may_forward_to(const config::rtc_keys& settings,
                    const net::socket_address& x) {
  return is_in(x, parse(settings.forward_allow));
}

bool is_local_prefix(const std::string& text) {
  const auto first = net::parse_address(text.substr(0, text.find('/')), 0);
  if (!first || !net::address_prefix::parse(text))
    return false;
  const auto lies_in = [&](const char* range) {
    const auto begin =
        std::string{range}.substr(0, std::string{range}.find('/'));
    const auto base = net::parse_address(begin, 0);
    return base->is_v4() == first->is_v4()
           && net::address_prefix::parse(range)->contains(*first)
           && bits_of(text, *first) >= bits_of(range, *base);
  };
  return std::ranges::any_of(loopback, lies_in)
         || std::ranges::any_of(private_networks, lies_in);
}

plain_networks::plain_networks(const config::rtc_keys& settings)
    : allowed_(parse(plain_destinations(settings)))
    , trusted_(parse(settings.plain_trusted)) {}

bool plain_networks::allows(const net::socket_address& x) const {
  return is_in(x, allowed_);
}

bool plain_networks::trusts(const net::socket_address& x) const {
  return is_in(x, trusted_);
}

} // namespace troupe::actors
