#include "net/io/process/local_addresses.hpp"

#include "net/io/loop/sockaddr.hpp"

#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <memory>

namespace troupe::net {

std::vector<socket_address> local_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0)
    return {};
  std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> guard{list, freeifaddrs};
  std::vector<socket_address> result;
  for (auto i = list; i; i = i->ifa_next) {
    if (!i->ifa_addr || !(i->ifa_flags & IFF_UP))
      continue;
    auto address = from_sockaddr(*i->ifa_addr);
    if (!address || address->is_link_local() || address->is_unspecified())
      continue;
    address->set_port(0);
    if (std::ranges::find(result, *address) == result.end())
      result.push_back(*address);
  }
  std::stable_partition(
      result.begin(), result.end(),
      [](const socket_address& x) { return !x.is_loopback(); });
  return result;
}

} // namespace troupe::net
