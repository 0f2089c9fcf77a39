#pragma once

#include "actors/cluster/cluster_messages.hpp"
#include "actors/cluster/cluster_report.hpp"
#include "net/base/time.hpp"
#include "net/cluster/preface.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace troupe::actors {

/// Another node, as this one knows it.
struct cluster_neighbour {
  std::string name;
  uint64_t incarnation = 0;
  node_state state = node_state::dead;
  /// The level of messages that both understand.
  uint16_t level = 0;
  net::socket_address media;
  /// Its latest hello.
  link_hello hello;
  /// Smoothed; zero until it is known.
  net::duration rtt{};
  /// How far its wall clock is ahead of this node's.
  std::chrono::milliseconds clock_offset{0};
  /// Since when the state holds.
  net::time_point since;
  /// When the latest hello came.
  net::time_point heard;
  /// How late hellos have been; falls by half in about five seconds.
  net::duration lateness{};
  /// Nothing unless it is connected.
  std::optional<uint64_t> link;
};

/// Something has happened to a neighbour.
struct neighbour_change {
  enum class kind : uint8_t {
    /// A process that was not known, or was dead, is connected.
    appeared,
    /// The link is gone.
    suspected,
    /// The same process is connected again. What it had still holds.
    returned,
    /// It does not answer, or another process has taken its name. What it had
    /// is void.
    died,
    /// It has said goodbye. What it had is void.
    left,
  };

  kind what = kind::appeared;
  std::string name;
  uint64_t incarnation = 0;
};

std::string_view to_string(neighbour_change::kind x);

/// Decides which other nodes are connected, suspect and dead. An engine.
class neighbour_table {
public:
  /// For how long a dead node is still listed.
  static constexpr net::duration remembered = std::chrono::minutes{10};

  /// Nodes say a hello in each `heartbeat`. A connected node is dead after
  /// `timeout` without one, and a suspect one after `timeout` without a link;
  /// both are given `leniency` more. At most `max_nodes` dead ones are listed.
  neighbour_table(net::duration heartbeat, net::duration timeout,
                  size_t max_nodes)
      : heartbeat_(heartbeat)
      , timeout_(timeout)
      , max_nodes_(max_nodes) {}

  /// A node has said its first hello on this link. A link that it had before
  /// is stale from now on.
  void handle_link_up(const net::cluster_preface& remote, uint64_t link,
                      net::time_point now);

  /// A hello came on this link. `wall_clock` is this node's, in milliseconds
  /// since 1970.
  void handle_hello(uint64_t link, const link_hello& x, int64_t wall_clock,
                    net::time_point now);

  void handle_round_trip(uint64_t link, net::duration rtt);

  /// The link is gone. Ignored if the node has another one.
  void handle_link_down(uint64_t link, net::time_point now);

  /// Nothing listens where a node was. A suspect one is dead.
  void handle_refused(const std::string& node, net::time_point now);

  /// The node at the other end of this link leaves.
  void handle_goodbye(uint64_t link, net::time_point now);

  /// This node could not run for `gap` until now, so it could not hear others
  /// either: they have that much longer. After a gap of `timeout` they do not,
  /// since by then they have declared this node dead, too.
  void handle_stall(net::duration gap, net::time_point now);

  void handle_timeout(net::time_point now);

  std::optional<net::time_point> poll_timeout() const;

  /// How much later than `timeout` a node is dead, three times the timeout at
  /// most. On hosts whose cores are saturated hellos come late, and the later
  /// they have come lately, the later the next one may come.
  net::duration leniency(const std::string& node) const;

  std::optional<neighbour_change> poll_change();

  /// The next link to close: its node is dead, or has another link.
  std::optional<uint64_t> poll_stale_link();

  /// All that are known, by name.
  const std::map<std::string, cluster_neighbour>& all() const {
    return all_;
  }

  const cluster_neighbour* find(const std::string& name) const;

  /// How often a node became suspect, and was declared dead without a goodbye.
  uint64_t suspected() const {
    return suspected_;
  }

  uint64_t died() const {
    return died_;
  }

private:
  using change = neighbour_change::kind;

  cluster_neighbour* by_link(uint64_t link);
  void end(cluster_neighbour& x, change why, net::time_point now);
  void note(const cluster_neighbour& x, change what);
  void forget_old(net::time_point now);
  std::optional<net::time_point> deadline(const cluster_neighbour& x) const;

  net::duration heartbeat_;
  net::duration timeout_;
  size_t max_nodes_;
  std::map<std::string, cluster_neighbour> all_;
  std::deque<neighbour_change> changes_;
  std::deque<uint64_t> stale_;
  uint64_t suspected_ = 0;
  uint64_t died_ = 0;
};

} // namespace troupe::actors
