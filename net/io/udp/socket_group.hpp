#pragma once

#include "net/base/result.hpp"
#include "net/io/udp/udp_socket.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace troupe::net {

/// The UDP sockets of one address.
struct socket_group {
  std::vector<std::unique_ptr<udp_socket>> media;

  /// One for each of `media`, which receives the RTCP reports of its clients;
  /// or none, if all datagrams arrive at `media`.
  std::vector<std::unique_ptr<udp_socket>> reports;
};

/// Tells the kernel which datagrams belong to the sockets for reports; see
/// steer_reports().
using report_steering = std::function<result<void>(const udp_socket&, size_t)>;

/// Binds `count` sockets for media to `address` and, unless `steer` is empty,
/// as many for reports. If the kernel refuses these, the group has none, which
/// is no error. Fails with the system's error if a socket for media cannot be
/// bound, so also where another process has the address.
result<socket_group> open_socket_group(socket_address address,
                                       udp_socket_options options, size_t count,
                                       const report_steering& steer);

} // namespace troupe::net
