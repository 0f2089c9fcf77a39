#include "net/ice/candidate.hpp"

#include <algorithm>
#include <string_view>

namespace troupe::net {

namespace {

constexpr int first_preference = 10'000;
constexpr int entry_step = 100;
constexpr int preferred_bonus = 1'000;
constexpr int exposed_malus = 1'000;

// RFC 8445, section 5.1.2.1, for component 1. The type preference is
// mediasoup's.
uint32_t priority_of(int local_preference) {
  constexpr uint32_t type_preference = 64;
  constexpr uint32_t component = 1;
  const auto local =
      static_cast<uint32_t>(std::clamp(local_preference, 0, 65'535));
  return (type_preference << 24) + (local << 8) + (256 - component);
}

ice_candidate make_candidate(std::string address, uint16_t port,
                             transport_protocol protocol, int preference) {
  const auto is_udp = protocol == transport_protocol::udp;
  return {is_udp ? "udpcandidate" : "tcpcandidate", priority_of(preference),
          std::move(address), protocol, port};
}

bool is_reachable(const socket_address& x) {
  return !x.is_unspecified() && !x.is_link_local();
}

} // namespace

std::vector<ice_candidate>
make_candidates(std::span<const candidate_address> addresses, uint16_t port,
                const candidate_options& options) {
  using enum transport_protocol;
  std::vector<ice_candidate> out;
  auto preference = first_preference;
  const auto add_all = [&](transport_protocol protocol) {
    const auto bonus = options.preferred == protocol ? preferred_bonus : 0;
    for (const auto& x : addresses) {
      const auto use_local = x.announced.empty() || x.expose_local;
      auto local_preference = preference + bonus;
      if (!x.announced.empty()) {
        out.push_back(
            make_candidate(x.announced, port, protocol, local_preference));
        local_preference -= exposed_malus;
      }
      if (use_local && is_reachable(x.local))
        out.push_back(
            make_candidate(x.local.ip(), port, protocol, local_preference));
      preference -= entry_step;
    }
  };
  const auto tcp_first = options.preferred == tcp;
  if (options.tcp && tcp_first)
    add_all(tcp);
  if (options.udp)
    add_all(udp);
  if (options.tcp && !tcp_first)
    add_all(tcp);
  return out;
}

} // namespace troupe::net
