#pragma once

#include "actors/base/local_messages.hpp"
#include "actors/cluster/media_probe.hpp"
#include "actors/io/socket_actor.hpp"
#include "net/base/datagram_sink.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace troupe::actors {

/// The latest states of the ways for media, by node: from the probe's actor to
/// any thread.
class udp_state_board {
public:
  void set(const std::string& node, udp_state state) {
    std::lock_guard guard{mutex_};
    states_[node] = state;
  }

  /// Sets `udp` of each node in the report that is connected.
  void add_to(cluster_report& out) const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, udp_state> states_;
};

/// INTERNAL: time to look at the report, and to send probes.
struct media_probe_tick {};

/// The MEDIA PROBE actor interface: sends and receives the probes of a node.
using media_probe_actor =
    burst_receiver_actor::extend<caf::reacts_to<media_probe_tick>>;

/// Parameters of the media probe.
struct media_probe_settings {
  /// This node's incarnation.
  uint64_t incarnation = 0;
  /// On which path probes leave; the remote address is filled in.
  net::transport_tuple path;
  /// Outlives the actor.
  net::datagram_sink* port = nullptr;
  socket_actor sockets;
  /// What is known of the other nodes, and how often it is read.
  std::function<cluster_report()> nodes;
  std::chrono::milliseconds step{500};
  std::shared_ptr<udp_state_board> board;
};

/// Spawns the media probe. It begins at once.
media_probe_actor spawn_media_probe(caf::actor_system& system,
                                    media_probe_settings settings);

} // namespace troupe::actors
