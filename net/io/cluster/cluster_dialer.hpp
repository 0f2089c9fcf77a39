#pragma once

#include "net/base/time.hpp"
#include "net/cluster/seed_address.hpp"
#include "net/io/cluster/cluster_port.hpp"
#include "net/io/loop/asio_acceptor.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::net {

/// Dials the addresses of all seeds until they are links. Names are resolved
/// again every 5 s; an address that is gone from the answer is forgotten. All
/// addresses are dialled at once, so one that does not answer delays no other.
/// All functions run on its loop.
class cluster_dialer : public std::enable_shared_from_this<cluster_dialer> {
public:
  /// What the dialler asks of its owner.
  struct calls {
    /// Whether a connection to this node is wanted.
    std::function<bool(const std::string& node)> wanted;
    /// A connection is open. `ended` must be called for its address later.
    std::function<void(loop_socket, const socket_address&)> connected;
    /// Nothing listens where this node was, to which a connection is wanted.
    std::function<void(const std::string& node)> refused;
  };

  /// How often names are resolved.
  static constexpr std::chrono::seconds poll_interval{5};

  /// How long this node's own address is left alone.
  static constexpr std::chrono::minutes self_pause{1};

  /// For how long a node without a link is dialled that no seed names.
  static constexpr std::chrono::minutes forgotten{10};

  /// The first pause before an address is dialled again whose node was just
  /// lost. Each further pause is twice as long.
  static constexpr std::chrono::milliseconds first_pause{20};

  /// The most nodes that are known.
  static constexpr size_t max_known = 1024;

  /// `patience`: how long a connection may take to open.
  cluster_dialer(boost::asio::io_context& loop, duration redial,
                 duration patience, calls owner);

  void add(const seed_address& seed);

  /// Dials this node there, too, until it has had no link for `forgotten`.
  void know(const std::string& node, const socket_address& address);

  void start();

  /// The owner is not called afterwards.
  void stop();

  /// What became of the connection to `to`: why it was refused, and the node
  /// that answers there, if it said so.
  void ended(const socket_address& to, const std::string& node,
             std::optional<link_refusal> why);

  /// The link to this node has ended: its addresses are dialled as soon as they
  /// have not been for `redial`. If a connection fails within `redial` after
  /// the loss, they are dialled again sooner: the kernel closes the sockets of
  /// a killed process one by one, so its port may accept a connection after the
  /// link has ended.
  void node_lost(const std::string& node);

private:
  struct target {
    time_point next{};
    bool busy = false;
    std::string node;
    // When its link ended.
    std::optional<time_point> lost;
  };

  struct name {
    time_point next{};
    bool busy = false;
    std::set<socket_address> addresses;
  };

  struct known_node {
    socket_address address;
    // Since when it has no link.
    std::optional<time_point> lost;
  };

  struct attempt {
    attempt(const loop_executor& x) : socket(x), deadline(x) {}

    loop_socket socket;
    loop_timer deadline;
  };

  void work();
  bool is_wanted(const target& x) const;
  bool was_just_lost(const target& x, time_point now) const;
  void forget_lost();
  void resolve(const seed_address& seed, name& x);
  void update_targets();
  void dial(const socket_address& to, target& x);
  void handle_connected(const std::shared_ptr<attempt>& x,
                        const socket_address& to,
                        const std::error_code& failed);

  loop_executor loop_;
  const duration redial_;
  const duration patience_;
  calls owner_;
  loop_timer round_;
  boost::asio::ip::basic_resolver<tcp, loop_executor> resolver_;
  std::set<socket_address> fixed_;
  std::map<seed_address, name> names_;
  std::map<std::string, known_node> known_;
  std::map<socket_address, target> targets_;
  std::set<std::shared_ptr<attempt>> attempts_;
  bool stopped_ = false;
};

} // namespace troupe::net
