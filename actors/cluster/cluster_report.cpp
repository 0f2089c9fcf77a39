#include "actors/cluster/cluster_report.hpp"

namespace troupe::actors {

std::string_view to_string(node_state x) {
  switch (x) {
    case node_state::connected:
      return "connected";
    case node_state::suspect:
      return "suspect";
    case node_state::dead:
      return "dead";
  }
  return "unknown";
}

std::string_view to_string(udp_state x) {
  switch (x) {
    case udp_state::unknown:
      break;
    case udp_state::works:
      return "works";
    case udp_state::incoming_lost:
      return "incoming-lost";
    case udp_state::outgoing_lost:
      return "outgoing-lost";
  }
  return "unknown";
}

} // namespace troupe::actors
