#include "protocol/verbs/transport_parameters.hpp"

namespace troupe::protocol {

std::string_view to_string(ice_protocol protocol) {
  return protocol == ice_protocol::udp ? "udp" : "tcp";
}

std::string_view to_string(dtls_role role) {
  switch (role) {
    case dtls_role::automatic:
      return "auto";
    case dtls_role::client:
      return "client";
    case dtls_role::server:
      break;
  }
  return "server";
}

} // namespace troupe::protocol
