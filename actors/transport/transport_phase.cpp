#include "actors/transport/transport_phase.hpp"

#include "actors/base/log.hpp"

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

void log_state(const transport_id& which, net::ice_state state) {
  log::event(log::level::info, "ice-state",
             {{"transport", which.str()},
              {"state", std::string{net::to_string(state)}}});
}

void log_state(const transport_id& which, net::dtls_state state) {
  auto failed = state == net::dtls_state::failed;
  log::event(failed ? log::level::warn : log::level::info, "dtls-state",
             {{"transport", which.str()},
              {"state", std::string{net::to_string(state)}}});
}

} // namespace troupe::actors
