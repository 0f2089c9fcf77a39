#pragma once

#include "actors/base/member_name.hpp"
#include "actors/io/burst_receiver.hpp"
#include "actors/transport/media_services.hpp"
#include "actors/transport/plain_client.hpp"
#include "actors/transport/plain_ports.hpp"
#include "actors/transport/transport_actor.hpp"
#include "net/base/result.hpp"

namespace troupe::actors {

/// Names the client's address.
struct connect_plain {
  protocol::plain_address client;
};

/// The PLAIN TRANSPORT actor interface: unencrypted RTP from and to one client.
using plain_transport_actor = transport_actor::extend<
    // The datagrams of one receive call.
    caf::reacts_to<burst>,
    // Sets where media goes. Errors: wrong_state (also with comedia),
    // bad_request, and forbidden by rtc.plain-destinations.
    caf::replies_to<connect_plain>::with<done>>;

/// The refusal of what does not fit a plain transport.
caf::error refuse_plain();

/// Parameters of a plain transport.
struct plain_transport_config {
  transport_id id;
  std::shared_ptr<const media_services> services;
  shard_actor shard;
  bool rtcp_mux = false;
  /// The client sends first; otherwise its address must be signaled.
  bool comedia = true;
  /// The address to signal if the configured one is unspecified.
  std::string reached_at = {};
  /// Its quota token.
  std::shared_ptr<void> quota_token = {};
  /// For the log.
  member_name owner = {};
  /// Where the operator has media forwarded to, without proof and whether or
  /// not anything comes from there.
  std::optional<plain_addresses> forward_to = {};
};

/// A transport, and where its client sends to.
struct plain_transport {
  plain_transport_actor actor;
  protocol::plain_address where;
};

/// Opens a transport of unencrypted RTP on ports of its own. With comedia, the
/// address and port that first send RTP or RTCP of a producer are its client's
/// for good; without, `connect_plain` names the client, as far as
/// plain_networks allows. Media is sent to an address that is trusted, or that
/// has proven to want it (plain_destination). The transport ends when nothing
/// has arrived for a minute, unless it sends to a trusted address; or when an
/// address that its client named is not proven in time. Fails if no port can be
/// bound.
net::result<plain_transport> open_plain_transport(caf::actor_system& system,
                                                  plain_transport_config cfg);

/// The same on ports that were opened for it. With `forward_to` it ends only
/// when it is closed.
plain_transport_actor spawn_plain_transport(caf::actor_system& system,
                                            plain_transport_config cfg,
                                            std::shared_ptr<plain_ports> ports);

} // namespace troupe::actors
