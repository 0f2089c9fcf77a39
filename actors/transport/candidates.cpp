#include "actors/transport/candidates.hpp"

#include "actors/transport/signaling_to_engine.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

std::vector<net::candidate_address>
addresses_for(const media_services& services,
              const net::socket_address& signaled_at) {
  std::vector<net::candidate_address> out;
  auto bound = services.port->addresses();
  const auto& announced = services.settings.rtc.announced_addresses;
  if (!announced.empty()) {
    for (const auto& x : announced)
      out.push_back({bound.empty() ? net::socket_address{} : bound.front(), x});
    return out;
  }
  auto same_ip = [&](const net::socket_address& x) {
    return x.octets() == signaled_at.octets();
  };
  std::ranges::stable_partition(bound, same_ip);
  // A client elsewhere cannot reach our loopback; one on this host can.
  bool local = signaled_at.is_loopback();
  for (const auto& x : bound)
    if (local || !x.is_loopback() || bound.size() == 1)
      out.push_back({x});
  return out;
}

} // namespace

std::vector<protocol::ice_candidate>
make_candidates(const media_services& services,
                const net::socket_address& signaled_at, bool force_tcp) {
  const auto& settings = services.settings.rtc;
  net::candidate_options options;
  options.udp = !force_tcp;
  options.tcp = settings.tcp;
  options.preferred = settings.prefer_tcp || force_tcp
                          ? net::transport_protocol::tcp
                          : net::transport_protocol::udp;
  std::vector<protocol::ice_candidate> out;
  for (const auto& x :
       net::make_candidates(addresses_for(services, signaled_at),
                            services.port->port(), options))
    out.push_back(from_engine(x));
  return out;
}

} // namespace troupe::actors
