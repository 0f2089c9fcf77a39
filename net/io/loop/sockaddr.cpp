#include "net/io/loop/sockaddr.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

namespace troupe::net {

std::optional<socket_address> from_sockaddr(const sockaddr& in) {
  if (in.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &in, sizeof v4);
    uint8_t octets[4];
    std::memcpy(octets, &v4.sin_addr, sizeof octets);
    return socket_address{octets, ntohs(v4.sin_port)};
  }
  if (in.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &in, sizeof v6);
    uint8_t octets[16];
    std::memcpy(octets, &v6.sin6_addr, sizeof octets);
    return socket_address{octets, ntohs(v6.sin6_port)};
  }
  return std::nullopt;
}

socklen_t to_sockaddr(const socket_address& in, sockaddr_storage& out) {
  if (in.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(in.port());
    std::memcpy(&v4.sin_addr, in.octets().data() + 12, 4);
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(in.port());
  std::memcpy(&v6.sin6_addr, in.octets().data(), 16);
  std::memcpy(&out, &v6, sizeof v6);
  return sizeof v6;
}

namespace {

std::optional<socket_address> ask(int fd,
                                  int (*question)(int, sockaddr*, socklen_t*)) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto out = reinterpret_cast<sockaddr*>(&storage);
  if (question(fd, out, &length) != 0)
    return std::nullopt;
  return from_sockaddr(*out);
}

} // namespace

std::optional<socket_address> bound_address(int fd) {
  return ask(fd, [](int x, sockaddr* out, socklen_t* length) {
    return getsockname(x, out, length);
  });
}

std::optional<socket_address> peer_address(int fd) {
  return ask(fd, [](int x, sockaddr* out, socklen_t* length) {
    return getpeername(x, out, length);
  });
}

} // namespace troupe::net
