#pragma once

#include "net/base/transport_tuple.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace troupe::bench {

/// UDP sockets on loopback that are never read: the kernel delivers to them
/// until they are full, then drops.
class unread_sockets {
public:
  explicit unread_sockets(size_t count) {
    for (size_t i = 0; i < count; ++i)
      open();
  }

  unread_sockets(const unread_sockets&) = delete;
  unread_sockets& operator=(const unread_sockets&) = delete;

  ~unread_sockets() {
    for (auto x : fds_)
      ::close(x);
  }

  /// The address of socket `index`; an unused address if there are no sockets.
  net::socket_address address(size_t index) const {
    auto port = index < ports_.size() ? ports_[index] : uint16_t{9};
    return *net::parse_address("127.0.0.1", port);
  }

private:
  void open() {
    auto fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* generic = reinterpret_cast<sockaddr*>(&at);
    if (fd < 0 || ::bind(fd, generic, size) != 0
        || ::getsockname(fd, generic, &size) != 0)
      std::abort();
    fds_.push_back(fd);
    ports_.push_back(ntohs(at.sin_port));
  }

  std::vector<int> fds_;
  std::vector<uint16_t> ports_;
};

} // namespace troupe::bench
