#pragma once

#include "actors/transport_actor.hpp"
#include "net/base/result.hpp"

namespace troupe::actors {

/// What a plain transport is made of.
struct plain_transport_config {
  transport_id id;
  std::shared_ptr<const media_services> services;
  shard_actor shard;
  bool rtcp_mux = false;
  /// Who sends first is the client; else it has to be told where that is.
  bool comedia = true;
  /// What to tell the client where the configured address stands for all.
  std::string reached_at = {};
  /// Its place among those that there may be.
  std::shared_ptr<void> place = {};
};

/// A transport and where its client sends.
struct plain_transport {
  transport_actor actor;
  protocol::plain_address where;
};

/// Opens a transport of bare RTP on ports of its own, which refuses what is of
/// ICE and DTLS. Whoever first sends RTP or RTCP of a producer there is, by
/// address and port, its client for good; without comedia, `connect_dtls` says
/// who is, as far as plain_networks allows. Media flows to an address that is
/// trusted, or that has proven to want it (plain_destination). The transport
/// ends when nothing has come for a minute, unless it sends to one that is
/// trusted; or when one whose client told its address has not proven it in
/// time. Fails where no port can be bound.
net::result<plain_transport> open_plain_transport(caf::actor_system& system,
                                                  plain_transport_config cfg);

} // namespace troupe::actors
