#include "actors/config/bind_failure.hpp"

#include "net/io/process/host_facts.hpp"

namespace troupe::actors {

std::string describe_bind_failure(const bind_request& wanted,
                                  const std::error_code& why) {
  auto port = wanted.section + ".port " + std::to_string(wanted.port);
  for (const auto& text : wanted.addresses) {
    auto address = net::parse_address(text, wanted.port);
    if (!address || is_left_out(*address, why))
      continue;
    for (auto protocol : wanted.protocols)
      if (net::try_bind(*address, protocol) == why)
        return wanted.section + ".listen-addresses " + text + ", " + port + ": "
               + why.message();
  }
  return port + ": " + why.message();
}

bool is_left_out(const net::socket_address& address,
                 const std::error_code& why) {
  return (address.is_unspecified() || address.is_loopback())
         && (why == std::errc::address_not_available
             || why == std::errc::address_family_not_supported);
}

} // namespace troupe::actors
