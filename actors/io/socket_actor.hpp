#pragma once

#include "actors/io/burst_receiver.hpp"
#include "actors/io/transport_intake.hpp"
#include "net/base/time.hpp"
#include "net/base/transport_tuple.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string>

namespace troupe::net {
class ice_check_responder;
} // namespace troupe::net

namespace troupe::actors {

class media_sockets;

/// Routes checks with this username fragment to `to`.
struct route_fragment {
  std::string fragment;
  burst_receiver_actor to;
  /// I/O threads ask it before they send. Never null.
  std::shared_ptr<transport_intake> intake;
};

struct unroute_fragment {
  std::string fragment;
};

/// Routes all datagrams on this tuple to `to`.
struct route_tuple {
  net::transport_tuple tuple;
  burst_receiver_actor to;
  std::shared_ptr<transport_intake> intake; // as above
};

struct unroute_tuple {
  net::transport_tuple tuple;
  burst_receiver_actor from;
};

/// Routes to a trunk the RTP and RTCP from another node whose SSRCs begin with
/// its tag.
struct route_trunk {
  uint32_t tag = 0; // the upper 20 bits of the SSRCs
  net::socket_address remote;
  burst_receiver_actor to;
  std::shared_ptr<transport_intake> intake; // as above
};

struct unroute_trunk {
  uint32_t tag = 0;
  burst_receiver_actor from;
};

/// Makes the I/O threads answer checks with this responder, which replaces an
/// earlier one for the same username fragment. Revoke the responder to end
/// that.
struct add_check_responder {
  std::shared_ptr<net::ice_check_responder> responder;
  /// Is sent a `transport_tick` when no check has come for so long.
  caf::weak_actor_ptr transport = {};
  net::duration consent_timeout{};
};

/// The sockets are about to be stopped.
struct close_sockets {};

/// The SOCKET actor interface: sets which transports receive which datagrams,
/// and which checks the I/O threads answer. It sends each change to the I/O
/// threads, from which datagrams go to the transports without passing this
/// actor's mailbox.
using socket_actor =
    caf::typed_actor<caf::reacts_to<route_fragment>,
                     caf::reacts_to<unroute_fragment>,
                     caf::reacts_to<route_tuple>, caf::reacts_to<unroute_tuple>,
                     caf::reacts_to<route_trunk>, caf::reacts_to<unroute_trunk>,
                     caf::reacts_to<add_check_responder>,
                     // Ends the actor. The owner of the sockets stops them:
                     // this may run on one of their threads.
                     caf::reacts_to<close_sockets>>;

/// Spawns the socket actor over open sockets, which outlive it, and lets their
/// threads run actors.
socket_actor spawn_socket(caf::actor_system& system, media_sockets& sockets);

} // namespace troupe::actors
