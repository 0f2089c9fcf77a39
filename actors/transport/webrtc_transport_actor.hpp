#pragma once

#include "actors/base/member_name.hpp"
#include "actors/io/burst_receiver.hpp"
#include "actors/media/media_listeners.hpp"
#include "actors/sctp/data_messages.hpp"
#include "actors/transport/media_services.hpp"
#include "actors/transport/transport_actor.hpp"
#include "net/base/client_liveness.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// The WEBRTC TRANSPORT actor interface: one client's ICE, DTLS and the
/// receiving half of SRTP. The sending half is its shard's.
using webrtc_transport_actor = burst_receiver_actor::
    extend_with<transport_actor>::extend_with<data_transport_actor>::extend<
        // The server's half, to be signaled.
        caf::replies_to<get_transport_parameters>::with<transport_parameters>,
        // Starts DTLS once ICE has a path. Errors: wrong_state, bad_request.
        caf::replies_to<connect_dtls>::with<done>,
        // New ICE credentials; media continues meanwhile.
        caf::replies_to<restart_transport_ice>::with<transport_parameters>>;

/// Parameters of a WebRTC transport.
struct webrtc_transport_config {
  transport_id id;
  std::shared_ptr<const media_services> services;
  shard_actor shard;
  /// Whether it carries data channels.
  bool sctp = false;
  /// Is notified when the client seems to leave the transport.
  transport_listener_actor listener = {};
  /// The listener does not know how the client will use it, and is notified.
  bool undirected = false;
  /// Shared by all of the client's transports.
  std::shared_ptr<data_backlog> backlog = {};
  /// For the log.
  member_name owner = {};
  /// Where ICE checks note that the client is alive, or null.
  std::shared_ptr<net::client_liveness> liveness = {};
  /// See net::webrtc_transport::config.
  bool lenient_ice = false;
  /// See transport_lifetime.
  bool ends_promptly = false;
};

webrtc_transport_actor spawn_webrtc_transport(caf::actor_system& system,
                                              webrtc_transport_config settings);

} // namespace troupe::actors
