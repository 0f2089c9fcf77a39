#include "actors/transport/plain_ports.hpp"

#include <utility>

namespace troupe::actors {

net::result<std::shared_ptr<plain_ports>>
plain_ports::open(net::io_threads& threads, const net::socket_address& at,
                  bool rtcp_mux) {
  auto out = std::make_shared<plain_ports>();
  auto first = net::plain_port::open(threads, at, rtp_path);
  if (!first)
    return first.error();
  out->rtp = std::move(*first);
  if (rtcp_mux)
    return out;
  auto second = net::plain_port::open(threads, at, rtcp_path);
  if (!second)
    return second.error();
  out->rtcp = std::move(*second);
  return out;
}

void plain_ports::start(const net::plain_port::receiver& to) {
  rtp->start(to);
  if (rtcp)
    rtcp->start(to);
}

} // namespace troupe::actors
