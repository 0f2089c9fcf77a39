#include "actors/transport_phase.hpp"

namespace troupe::actors {

transport_kind kind_of(const std::optional<net::transport_tuple>& path) {
  if (!path)
    return transport_kind::none;
  return path->protocol == net::transport_protocol::udp ? transport_kind::udp
                                                        : transport_kind::tcp;
}

transport_phase phase_of(const net::webrtc_transport& x, bool has_path,
                         bool abandoned) {
  auto dtls = x.dtls();
  if (dtls == net::dtls_state::failed || dtls == net::dtls_state::closed)
    return transport_phase::closed;
  if (abandoned)
    return transport_phase::disconnected;
  if (dtls == net::dtls_state::connected)
    return transport_phase::connected;
  return has_path ? transport_phase::connecting : transport_phase::waiting;
}

} // namespace troupe::actors
