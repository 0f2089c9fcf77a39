#include "net/base/transport_tuple.hpp"

#include <boost/container_hash/hash.hpp>

#include <arpa/inet.h>

#include <algorithm>

namespace troupe::net {

namespace {

constexpr std::array<uint8_t, 12> v4_mapped = {0, 0, 0, 0, 0,    0,
                                               0, 0, 0, 0, 0xff, 0xff};

} // namespace

socket_address::socket_address(byte_span ip, uint16_t port) : port_(port) {
  if (ip.size() == 4) {
    std::ranges::copy(v4_mapped, ip_.begin());
    std::ranges::copy(ip, ip_.begin() + 12);
  } else if (ip.size() == 16) {
    std::ranges::copy(ip, ip_.begin());
  }
}

bool socket_address::is_v4() const {
  return std::equal(v4_mapped.begin(), v4_mapped.end(), ip_.begin());
}

bool socket_address::is_loopback() const {
  if (is_v4())
    return ip_[12] == 127;
  return std::all_of(ip_.begin(), ip_.end() - 1,
                     [](uint8_t x) { return x == 0; })
         && ip_[15] == 1;
}

bool socket_address::is_unspecified() const {
  auto first = is_v4() ? ip_.begin() + 12 : ip_.begin();
  return std::all_of(first, ip_.end(), [](uint8_t x) { return x == 0; });
}

bool socket_address::is_link_local() const {
  if (is_v4())
    return ip_[12] == 169 && ip_[13] == 254;
  return ip_[0] == 0xfe && (ip_[1] & 0xc0) == 0x80;
}

std::string socket_address::ip() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4())
    inet_ntop(AF_INET, ip_.data() + 12, text, sizeof text);
  else
    inet_ntop(AF_INET6, ip_.data(), text, sizeof text);
  return text;
}

std::string socket_address::str() const {
  auto port = std::to_string(port_);
  return is_v4() ? ip() + ":" + port : "[" + ip() + "]:" + port;
}

std::optional<socket_address> parse_address(const std::string& ip,
                                            uint16_t port) {
  uint8_t octets[16];
  if (inet_pton(AF_INET, ip.c_str(), octets) == 1)
    return socket_address{byte_span{octets, 4}, port};
  if (inet_pton(AF_INET6, ip.c_str(), octets) == 1)
    return socket_address{byte_span{octets, 16}, port};
  return std::nullopt;
}

} // namespace troupe::net

size_t std::hash<troupe::net::socket_address>::operator()(
    const troupe::net::socket_address& x) const noexcept {
  size_t seed = x.port();
  const auto* p = x.octets().data();
  boost::hash_combine(seed, troupe::net::load_u64(p));
  boost::hash_combine(seed, troupe::net::load_u64(p + 8));
  return seed;
}

size_t std::hash<troupe::net::transport_tuple>::operator()(
    const troupe::net::transport_tuple& x) const noexcept {
  auto seed = std::hash<troupe::net::socket_address>{}(x.remote);
  boost::hash_combine(seed, std::hash<troupe::net::socket_address>{}(x.local));
  boost::hash_combine(seed, x.path * 2 + static_cast<uint32_t>(x.protocol));
  return seed;
}
