#include "net/io/udp/socket_group.hpp"

#include <utility>

namespace troupe::net {

namespace {

result<void> bind_more(std::vector<std::unique_ptr<udp_socket>>& to,
                       size_t count, socket_address& address,
                       const udp_socket_options& options) {
  while (to.size() < count) {
    auto socket = udp_socket::open(address, options);
    if (!socket)
      return socket.error();
    address.set_port((*socket)->local().port());
    to.push_back(std::move(*socket));
  }
  return {};
}

result<void> add_report_sockets(socket_group& to, socket_address address,
                                const udp_socket_options& options,
                                const report_steering& steer) {
  if (auto bound = bind_more(to.reports, to.media.size(), address, options);
      !bound)
    return bound;
  return steer(*to.media.front(), to.media.size());
}

} // namespace

result<socket_group> open_socket_group(socket_address address,
                                       udp_socket_options options, size_t count,
                                       const report_steering& steer) {
  socket_group out;
  // A single socket is bound alone and shares its address only afterwards:
  // else a second server would get the same port and half of the datagrams.
  options.reuse_port = count > 1;
  if (auto bound = bind_more(out.media, count, address, options); !bound)
    return bound.error();
  if (!steer)
    return out;
  options.reuse_port = true;
  auto& first = *out.media.front();
  if (first.share_address(true)
      && add_report_sockets(out, address, options, steer))
    return out;
  out.reports.clear();
  first.share_address(count > 1);
  return out;
}

} // namespace troupe::net
