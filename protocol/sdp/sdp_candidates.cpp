#include "protocol/sdp/sdp_candidates.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace troupe::protocol {

void write_sdp_candidates(std::string& out,
                          const std::vector<ice_candidate>& candidates) {
  auto sorted = candidates;
  std::ranges::stable_sort(sorted, {}, &ice_candidate::protocol);
  // One for each address and protocol (RFC 8445, section 5.1.1.3).
  std::map<std::pair<ice_protocol, std::string>, size_t> foundations;
  for (const auto& x : sorted) {
    const auto number = foundations.size() + 1;
    const auto foundation =
        foundations.emplace(std::pair{x.protocol, x.address}, number)
            .first->second;
    // The component is 1: RTCP uses it too (RFC 5761, section 5.1.3).
    out += "a=candidate:" + std::to_string(foundation) + " 1 "
           + std::string(to_string(x.protocol)) + ' '
           + std::to_string(x.priority) + ' ' + x.address + ' '
           + std::to_string(x.port) + " typ host";
    if (x.protocol == ice_protocol::tcp)
      out += " tcptype passive";
    out += "\r\n";
  }
  out += "a=end-of-candidates\r\n";
}

} // namespace troupe::protocol
