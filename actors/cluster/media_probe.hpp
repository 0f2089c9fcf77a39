#pragma once

#include "actors/cluster/cluster_report.hpp"
#include "net/base/bytes.hpp"
#include "net/base/time.hpp"
#include "net/base/transport_tuple.hpp"
#include "net/ice/stun_message.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// Another node, whose way for media is to be tried.
struct probed_node {
  std::string name;
  uint64_t incarnation = 0;
  /// Where it takes media, and from where it sends it.
  net::socket_address media;
};

/// Finds out whether datagrams as large as media pass between this node and the
/// others, both ways. Each node sends each other one a probe from its port for
/// media every few seconds, in which it says whether the other's probes arrive.
/// Probes are not answered, so nobody can make a node send something to a
/// third.
///
/// A probe is a STUN Binding request (RFC 8489). Its USERNAME names receiver,
/// sender and what arrives: "nodeXXXX:nodeYYYY:1"; PADDING (RFC 5780, section
/// 7.6) fills it to `size`. It is not authenticated: nothing but the report
/// depends on it.
///
/// An engine.
class media_probe {
public:
  /// The octets of a probe: more than media packets have.
  static constexpr size_t size = 1400;
  static constexpr net::duration interval = std::chrono::seconds{5};
  /// Silence after which a way counts as broken: three probes were lost.
  static constexpr net::duration patience = std::chrono::seconds{16};

  /// Octets to send, valid until the next call of a function.
  struct outgoing {
    net::socket_address to;
    net::byte_span octets;
  };

  struct change {
    std::string node;
    udp_state state = udp_state::unknown;
  };

  explicit media_probe(uint64_t incarnation) : incarnation_(incarnation) {}

  /// The username fragment of the probes to a node with this incarnation.
  static std::string fragment_of(uint64_t incarnation);

  /// Probes these nodes from now on, and no others.
  void set_nodes(const std::vector<probed_node>& nodes, net::time_point now);

  /// Takes a datagram. Ignores all but probes of these nodes that come from
  /// their addresses for media.
  void handle_datagram(net::byte_span datagram, const net::socket_address& from,
                       net::time_point now);

  std::optional<outgoing> poll_probe(net::time_point now);

  /// The next node whose state is another than before. Call it regularly: time
  /// changes states, too.
  std::optional<change> poll_change(net::time_point now);

private:
  struct node {
    probed_node what;
    net::time_point since;
    net::time_point next;
    std::optional<net::time_point> heard;
    // It says that this node's probes arrive.
    bool arrives = false;
    std::optional<udp_state> told;
  };

  static bool is_heard(const node& x, net::time_point now);
  static udp_state state_of(const node& x, net::time_point now);

  uint64_t incarnation_;
  std::map<std::string, node> nodes_;
  std::array<uint8_t, size> buffer_{};
};

} // namespace troupe::actors
