#include "net/base/address_prefix.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::net {

socket_address client_network(const socket_address& x) {
  auto ip = x.octets();
  if (!x.is_v4())
    std::fill(ip.begin() + 8, ip.end(), uint8_t{0});
  return {byte_span{ip}, 0};
}

std::optional<address_prefix> address_prefix::parse(const std::string& text) {
  auto slash = std::min(text.find('/'), text.size());
  auto first = parse_address(text.substr(0, slash), 0);
  if (!first)
    return std::nullopt;
  unsigned most = first->is_v4() ? 32 : 128;
  auto bits = most;
  if (slash < text.size()) {
    auto end = text.data() + text.size();
    auto [at, error] = std::from_chars(text.data() + slash + 1, end, bits);
    if (error != std::errc{} || at != end || bits > most)
      return std::nullopt;
  }
  return address_prefix{*first, bits + 128 - most};
}

bool address_prefix::contains(const socket_address& x) const {
  auto whole = bits_ / 8;
  const auto& a = first_.octets();
  const auto& b = x.octets();
  if (!std::equal(a.begin(), a.begin() + whole, b.begin()))
    return false;
  auto rest = bits_ % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

} // namespace troupe::net
