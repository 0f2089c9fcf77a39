#pragma once

#include "actors/base/tick_queue.hpp"
#include "actors/io/burst_receiver.hpp"
#include "actors/io/transport_intake.hpp"
#include "actors/stats/counters.hpp"
#include "net/io/udp/media_port.hpp"

#include <caf/fwd.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::net {
class ice_check_responder;
class io_threads;
} // namespace troupe::net

namespace troupe::actors {

class io_worker;

/// A transport to which the I/O threads route datagrams.
struct route_target {
  burst_receiver_actor actor;
  /// I/O threads ask it before they send. Never null.
  std::shared_ptr<transport_intake> intake;

  bool operator==(const route_target& x) const {
    return actor == x.actor;
  }
};

/// Counters of the I/O threads' routing.
struct media_sockets_stats {
  /// Datagrams that belonged to no transport.
  uint64_t unroutable = 0;
  /// Datagrams of RTCP for a transport.
  uint64_t rtcp = 0;
  /// Actors that the threads left to the scheduler; see io_worker.
  uint64_t handed_over = 0;
};

/// The sockets for media, and the routing on the threads that read them: which
/// transports receive which datagrams, and which checks are answered at once.
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

  /// Routes checks with this username fragment to `to`. This and the functions
  /// below may be called on any thread; each I/O thread keeps their order.
  void add_fragment(const std::string& fragment, const route_target& to);

  /// Removes the fragment's route and its check responder.
  void remove_fragment(const std::string& fragment);

  /// Routes all datagrams on this tuple to `to`, which has validated it. On an
  /// I/O thread, the route exists there when this returns.
  void add_tuple(const net::transport_tuple& tuple, const route_target& to);

  /// Removes a tuple's route, unless it leads to another transport by now.
  void remove_tuple(const net::transport_tuple& tuple,
                    const burst_receiver_actor& from);

  /// Routes to a trunk what comes from the other node at `remote` with SSRCs
  /// of this tag, their upper 20 bits.
  void add_trunk(uint32_t tag, const net::socket_address& remote,
                 const route_target& to);

  /// Removes a tag's route, unless it leads to another trunk by now.
  void remove_trunk(uint32_t tag, const burst_receiver_actor& from);

  /// Makes the I/O threads answer checks with this responder, until it is
  /// revoked, replaced or its username fragment removed. `transport` is sent a
  /// `transport_tick` when no check has come for `consent_timeout`.
  void add_responder(const std::shared_ptr<net::ice_check_responder>& x,
                     const caf::weak_actor_ptr& transport,
                     net::duration consent_timeout);

  /// May be called on any thread.
  media_sockets_stats stats() const;

  /// The longest time that an I/O thread ran actors without reading its
  /// sockets, in microseconds.
  peak_gauge& longest_run() {
    return longest_run_;
  }

private:
  struct thread_routes;

  thread_routes& here();

  // Runs `change` on the routes of every I/O thread.
  template <class F>
  void update(F change);

  // Delivers the ticks that are due.
  void deliver_ticks();
  // Delivers the prompt ticks that are due, after a burst.
  void deliver_prompt_ticks(io_worker& worker);

  net::io_threads& threads_;
  tick_queue ticks_;
  std::vector<std::unique_ptr<thread_routes>> routes_;
  peak_gauge longest_run_;
  net::media_port port_;
  bool stopped_ = false;
  // Whether this object may be used by tasks that outlive it.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace troupe::actors
