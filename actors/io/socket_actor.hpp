#pragma once

#include "actors/base/edge_gauge.hpp"
#include "actors/base/tick_queue.hpp"
#include "actors/io/burst_receiver.hpp"
#include "actors/stats/counters.hpp"
#include "net/io/udp/media_port.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace troupe::net {
class ice_check_responder;
class io_threads;
} // namespace troupe::net

namespace troupe::actors {

/// Routes checks with this username fragment to `to`.
struct route_fragment {
  std::string fragment;
  burst_receiver_actor to;
  /// The transport's gauge of the datagrams in flight to it. I/O threads ask it
  /// before they send; the transport gives back. Never null.
  std::shared_ptr<edge_gauge> gauge;
};

struct unroute_fragment {
  std::string fragment;
};

/// Routes all datagrams on this tuple to `to`.
struct route_tuple {
  net::transport_tuple tuple;
  burst_receiver_actor to;
  std::shared_ptr<edge_gauge> gauge; // as above
};

struct unroute_tuple {
  net::transport_tuple tuple;
  burst_receiver_actor from;
};

/// Makes the I/O threads answer checks with this responder, which replaces an
/// earlier one for the same username fragment. Revoke the responder to end
/// that.
struct add_check_responder {
  std::shared_ptr<net::ice_check_responder> responder;
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
                     caf::reacts_to<add_check_responder>,
                     // Ends the actor. The owner of the sockets stops them:
                     // this may run on one of their threads.
                     caf::reacts_to<close_sockets>>;

/// The sockets for media, and the routing on the threads that read them.
class media_sockets final : public net::media_receiver {
public:
  /// `threads` outlives this object.
  media_sockets(net::io_threads& threads, net::media_port_config settings);

  ~media_sockets() override;

  /// From now on the I/O threads run the actors of `system` that they wake.
  void run_actors(caf::actor_system& system);

  /// Closes the port and removes all routes; when it returns, no I/O thread
  /// uses this object any more. Idempotent. Do not call it on an I/O thread.
  void stop();

  /// Ticks that an I/O thread delivers.
  tick_queue& ticks() {
    return ticks_;
  }

  net::media_port& port() {
    return port_;
  }

  void on_burst(std::span<net::datagram> datagrams,
                net::datagram_sink& replies) override;

  void on_tcp_closed(const net::transport_tuple& tuple) override;

  /// Runs `change` on the routing table of every I/O thread. From any thread.
  template <class F>
  void update(F change);

  /// The same at once for the calling thread, if it is an I/O thread.
  template <class F>
  void update_here(F change);

  /// The number of datagrams that belonged to no transport.
  uint64_t unroutable() const;

  /// The longest time that an I/O thread ran actors without reading its
  /// sockets, in microseconds.
  peak_gauge& longest_run() {
    return longest_run_;
  }

private:
  struct thread_routes;

  thread_routes& here();

  // Delivers the ticks that are due.
  void deliver_ticks();

  net::io_threads& threads_;
  tick_queue ticks_;
  std::vector<std::unique_ptr<thread_routes>> routes_;
  peak_gauge longest_run_;
  net::media_port port_;
  bool stopped_ = false;
  // Whether this object may be used by tasks that outlive it.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// Spawns the socket actor over open sockets, which outlive it, and lets their
/// threads run actors.
socket_actor spawn_socket(caf::actor_system& system, media_sockets& sockets);

} // namespace troupe::actors
