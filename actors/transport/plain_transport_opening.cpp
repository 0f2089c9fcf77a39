// Opens the ports of a plain transport and spawns its actor.

#include "actors/transport/plain_transport_state.hpp"

namespace troupe::actors {

net::result<plain_transport> open_plain_transport(caf::actor_system& system,
                                                  plain_transport_config cfg) {
  const auto& settings = cfg.services->settings.rtc;
  auto& threads = *cfg.services->threads;
  auto at = net::parse_address(settings.plain_address, 0);
  if (!at)
    return std::make_error_code(std::errc::invalid_argument);
  auto opened = plain_ports::open(threads, *at, cfg.rtcp_mux);
  if (!opened)
    return opened.error();
  const auto ports = *opened;
  protocol::plain_address where{at->is_unspecified() ? cfg.reached_at
                                                     : settings.plain_address,
                                ports->rtp->local().port()};
  if (ports->rtcp)
    where.rtcp_port = ports->rtcp->local().port();
  return plain_transport{spawn_plain_transport(system, std::move(cfg), ports),
                         std::move(where)};
}

plain_transport_actor
spawn_plain_transport(caf::actor_system& system, plain_transport_config cfg,
                      std::shared_ptr<plain_ports> ports) {
  return system.spawn([cfg = std::move(cfg),
                       ports = std::move(ports)](plain_state::pointer self) {
    return self->state.make_behavior(cfg, ports);
  });
}

} // namespace troupe::actors
