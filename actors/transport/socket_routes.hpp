#pragma once

#include "actors/transport/media_services.hpp"
#include "net/webrtc_transport.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <memory>
#include <string>
#include <utility>

namespace troupe::actors {

/// The routes of one WebRTC transport at the I/O threads, which send it what
/// its client sends: by username fragment, and by the tuples that ICE has
/// validated. `self` is the transport's actor.
class socket_routes {
public:
  /// Call this before all else.
  void use(const media_services& services) {
    sockets_ = services.sockets;
    port_ = services.port;
  }

  template <class Self>
  void add_fragment(Self* self, std::string fragment) {
    self->send(sockets_,
               route_fragment{std::move(fragment), me(self), intake_});
  }

  void remove_fragment(std::string fragment) {
    caf::anon_send(sockets_, unroute_fragment{std::move(fragment)});
  }

  template <class Self>
  void handle(Self* self, const net::tuple_added& x) {
    // On the thread that runs us: its client may answer before another wakes.
    self->send(sockets_, route_tuple{x.tuple, me(self), intake_});
  }

  template <class Self>
  void handle(Self* self, const net::tuple_removed& x) {
    caf::anon_send(sockets_, unroute_tuple{x.tuple, me(self)});
    if (x.tuple.protocol == net::transport_protocol::tcp)
      port_->close_tcp(x.tuple);
  }

  /// What the I/O threads ask before they send: the datagrams in flight, and
  /// the sources to skip.
  transport_intake& intake() {
    return *intake_;
  }

private:
  template <class Self>
  static burst_receiver_actor me(Self* self) {
    return caf::actor_cast<burst_receiver_actor>(self);
  }

  socket_actor sockets_;
  net::media_port* port_ = nullptr;
  std::shared_ptr<transport_intake> intake_ =
      std::make_shared<transport_intake>(max_waiting_datagrams);
};

} // namespace troupe::actors
