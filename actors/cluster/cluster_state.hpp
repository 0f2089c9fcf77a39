#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/cluster/cluster_actor.hpp"
#include "actors/cluster/cluster_directory.hpp"
#include "actors/cluster/cluster_links.hpp"
#include "actors/cluster/neighbour_table.hpp"
#include "actors/cluster/room_link.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace troupe::actors {

/// A room of this node, and what it was told of the nodes that have it, too.
struct attached_room {
  struct neighbour {
    uint64_t incarnation = 0;
    neighbour_state state = neighbour_state::reachable;
    // It sent a message before it said that it has the room.
    bool early = false;
  };

  room_replica_actor replica;
  std::map<std::string, neighbour> told;
};

/// The messages for a process whose link broke, and limits of them.
struct undelivered_messages {
  static constexpr size_t max_count = 1024;
  static constexpr uint64_t max_octets = 1024 * 1024;

  uint64_t incarnation = 0;
  std::vector<room_message> messages;
  uint64_t octets = 0;
};

/// The state of the cluster actor. Its functions are in cluster_actor.cpp
/// (time, and its end), cluster_linking.cpp (links), cluster_intake.cpp
/// (messages of other nodes), cluster_admin.cpp and cluster_reporting.cpp.
struct cluster_state {
  using pointer = cluster_actor::stateful_pointer<cluster_state>;

  static inline const char* name = "cluster";

  explicit cluster_state(pointer self_ptr) : self(self_ptr) {}

  ~cluster_state() {
    if (gateway)
      caf::anon_send(gateway, end_gateway{});
    if (runner)
      caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
  }

  cluster_actor::behavior_type make_behavior(cluster_actor_settings x);

  // Handles a message, and then drains.
  template <class Message>
  auto on() {
    return [this](const Message& x) {
      handle(x);
      drain();
    };
  }

  // The same for a message whose content is moved out.
  template <class Message>
  auto on_moved() {
    return [this](Message& x) {
      handle(x);
      drain();
    };
  }

  // -- rooms, in cluster_rooms.cpp

  void handle(const attach_room& x);

  void handle(const detach_room& x);

  void handle(const room_message_to& x);

  void handle(const report_violation& x);

  void handle(const from_node<room_message>& x);

  // A message for a node whose link broke waits until the link is back.
  void keep(const cluster_neighbour& node, const room_message& x);
  void deliver_kept(cluster_link_state& link);

  // A room that ends without a detach_room has failed.
  void handle_room_down(const caf::actor_addr& source);

  // Tells a room what has changed about the nodes that have it, too.
  void update(const room_id& id, attached_room& room);

  // The same for these rooms, or for those that share a node.
  void update_rooms(const std::vector<std::string>& ids);
  void update_rooms_of(const std::string& node);

  // -- the admin API, in cluster_admin.cpp

  caf::result<node_answer> ask(ask_node& x);

  void handle(const serve_admin& x) {
    runner = x.runner;
  }

  void handle(from_node<admin_ask>& x);

  void handle(from_node<admin_answer>& x);

  // Tells the node on link `to` what it asked for.
  void answer(uint64_t to, uint64_t ask, node_answer& x);

  // Sends what may be sent, and ends what is over.
  void drain_asks();
  void deliver_answers(cluster_link_state& link);
  void fail_asks(cluster_link_state& link);

  nodes_found find(const find_nodes& x) const;

  // The node said goodbye: it has no rooms any more, and does not come back.
  void end_rooms_of(const std::string& node);

  // -- links and messages

  void handle(const from_node<link_hello>& x);

  void handle(const from_node<seen>& x);

  void handle(const from_node<rooms_changed>& x);

  void handle(const from_node<rooms_snapshot>& x);

  void handle(const from_node<goodbye>& x);

  void handle(const unknown_message&) {
    ++unknown_messages;
  }

  void handle(const link_opened& x);

  void handle(const link_closed& x);

  void handle(const node_refused& x) {
    table->handle_refused(x.node, now());
  }

  void handle(const link_named& x);

  void handle(const link_connected& x);

  void handle(const cluster_tick&);

  caf::result<done> leave();

  // The other node's gateway is known: monitors it, and says hello.
  void begin(cluster_link_state& link, const gateway_v1_actor& remote);

  // The other node has said hello. Tells it this node's rooms.
  void bring_up(cluster_link_state& link);

  void close(cluster_link_state& link);

  void close_overdue();
  net::duration leniency_of(const cluster_link_state& link) const;

  void broke_rule(cluster_link_state& link, const char* what);

  void judge(cluster_link_state& link, std::optional<directory_fault> fault);

  // The link on which this came, or nothing if it is not up.
  cluster_link_state* link_of(const caf::strong_actor_ptr& sender);

  template <class Message>
  void send(cluster_link_state& link, Message x);

  void send_hello(cluster_link_state& link);

  // Acts on what has changed, and arms the timer.
  void drain();

  void end_if_left();

  std::optional<net::time_point> poll_timeout();

  void note(const neighbour_change& x);

  void publish();

  net::time_point now() const {
    return self->clock().now();
  }

  pointer self;
  cluster_actor_settings settings;
  gateway_actor gateway;
  std::unique_ptr<basp_links> basp;
  cluster_links links;
  std::unique_ptr<neighbour_table> table;
  cluster_directory directory;
  std::unordered_map<room_id, attached_room> rooms;
  std::map<std::string, undelivered_messages> undelivered;
  std::map<std::string, violation_meter> meters;
  admin_runner_actor runner;
  std::map<uint64_t, caf::typed_response_promise<node_answer>> asked;
  uint64_t last_ask = 0;
  uint64_t violations = 0;
  uint64_t quarantined = 0;
  uint64_t unknown_messages = 0;
  net::time_point started;
  net::time_point next_hello;
  caf::typed_response_promise<done> left;
  std::optional<net::time_point> leave_until;
  actor_timer timer;
};

template <class Message>
void cluster_state::send(cluster_link_state& link, Message x) {
  if (link.closing || !link.gateway)
    return;
  link.window.handle_sent(wire_size(x));
  // The gateway is the sender of all messages: CAF lets other nodes reach each
  // actor that has sent them something.
  caf::send_as(gateway, *link.gateway, std::move(x));
  if (link.window.wants_hello())
    send_hello(link);
}

} // namespace troupe::actors
