#pragma once

#include "fake_sctp.hpp"
#include "probe_client.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <array>
#include <map>

namespace troupe::test {

/// What the bridges between the nodes of a test know.
struct bridge_table {
  std::array<std::map<protocol::room_id, actors::room_replica_actor>, 2> rooms;
  bool connected = true;
  /// The nodes that were reported.
  std::vector<std::string> violators;
  /// What the rooms of each node have said, also if it was lost.
  std::array<std::vector<actors::room_message>, 2> said;
  /// Whether messages wait, and those that do.
  bool holds = false;
  std::vector<std::pair<actors::room_replica_actor, actors::room_message_from>>
      held;
};

inline std::string bridge_node_name(size_t index) {
  return index == 0 ? "a" : "b";
}

/// One node's end of the bridge: does for its rooms what the cluster actor
/// does, with the other node's rooms in the same actor system. Messages pass
/// through CAF's serialization.
struct bridge_end {
  using actor = actors::cluster_rooms_actor;

  // What a message is after it has crossed a link.
  template <class Message>
  static Message cross(caf::actor_system& system, Message x) {
    std::vector<char> octets;
    caf::binary_serializer out{system, octets};
    REQUIRE_FALSE(out(x));
    Message y;
    caf::binary_deserializer in{system, octets};
    REQUIRE_FALSE(in(y));
    return y;
  }

  static actor::behavior_type make(actor::pointer self,
                                   const std::shared_ptr<bridge_table>& table,
                                   size_t me) {
    const auto other = 1 - me;
    const auto neighbour = [](size_t node, actors::neighbour_state state) {
      return actors::room_neighbour{bridge_node_name(node), node + 1, state};
    };
    const auto find = [table](size_t node, const protocol::room_id& room) {
      auto i = table->rooms[node].find(room);
      return i == table->rooms[node].end() || !table->connected
                 ? actors::room_replica_actor{}
                 : i->second;
    };
    return {
        [=](const actors::attach_room& x) {
          table->rooms[me][x.room] = x.replica;
          if (auto there = find(other, x.room)) {
            self->send(x.replica,
                       neighbour(other, actors::neighbour_state::reachable));
            self->send(there,
                       neighbour(me, actors::neighbour_state::reachable));
          }
          self->send(x.replica, actors::room_neighbours_known{});
        },
        [=](const actors::detach_room& x) { table->rooms[me].erase(x.room); },
        [=](const actors::room_message_to& x) {
          table->said[me].push_back(x.what);
          auto there = find(other, x.room);
          if (!there)
            return;
          std::visit(
              [&](const auto& what) {
                actors::room_message_from out{bridge_node_name(me), me + 1,
                                              cross(self->system(), what)};
                if (table->holds)
                  table->held.emplace_back(there, std::move(out));
                else
                  self->send(there, std::move(out));
              },
              x.what);
        },
        [=](const actors::report_violation& x) {
          table->violators.push_back(x.node);
        },
        [=](const actors::where_is& x) {
          actors::room_nodes out;
          if (find(other, x.room))
            out.nodes.push_back(bridge_node_name(other));
          return out;
        },
    };
  }
};

/// Two nodes of a cluster in one actor_world, in virtual time.
class two_nodes {
public:
  /// Adds to what the rooms of a node use.
  using addition = std::function<void(size_t node, actors::room_services&)>;

  /// With `log` there are data channels, of a fake sctp actor for both nodes.
  explicit two_nodes(actors::config settings = {},
                     std::shared_ptr<sctp_log> log = nullptr,
                     const addition& add = {})
      : world(settings)
      , log_(std::move(log)) {
    original_ = world.server;
    if (log_) {
      sctp_ = spawn_fake_sctp(*world.system, log_);
      auto all = *world.services;
      all.sctp = sctp_;
      world.services =
          std::make_shared<const actors::media_services>(std::move(all));
    }
    for (size_t i = 0; i < 2; ++i) {
      bridges[i] = world.system->spawn(bridge_end::make, table, i);
      auto shared =
          std::make_shared<const actors::room_cluster>(actors::room_cluster{
              bridges[i], bridge_node_name(i), i + 1,
              *net::parse_address("127.0.0.1", 1), world.services});
      actors::room_services rooms{world.settings.room,
                                  {&world.sockets->port(), world.load},
                                  sctp_,
                                  world.settings.overload.max_waiting,
                                  shared};
      if (add)
        add(i, rooms);
      servers[i] = actors::spawn_server(*world.system, std::move(rooms));
    }
  }

  ~two_nodes() {
    for (size_t i = 0; i < 2; ++i) {
      caf::anon_send_exit(servers[i], caf::exit_reason::user_shutdown);
      servers[i] = nullptr;
    }
    world.run();
    for (auto& x : bridges) {
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
      x = nullptr;
    }
    table->rooms = {};
    table->held.clear();
    world.run();
    if (log_) {
      caf::anon_send_exit(sctp_, caf::exit_reason::user_shutdown);
      *log_ = {};
      world.run();
    }
    world.server = original_;
    CHECK(table->violators.empty());
  }

  /// The world as clients of one node see it.
  actor_world& node(size_t index) {
    world.server = servers[index];
    return world;
  }

  /// Lets the nodes tell each other what has happened.
  void settle() {
    world.pass(std::chrono::milliseconds{200});
  }

  /// Each node finds the other dead.
  void split() {
    table->connected = false;
    tell(actors::neighbour_state::dead);
  }

  void heal() {
    table->connected = true;
    tell(actors::neighbour_state::reachable);
  }

  /// Delivers the messages that waited.
  void release() {
    table->holds = false;
    for (auto& [to, what] : std::exchange(table->held, {}))
      caf::anon_send(to, std::move(what));
  }

  /// What a node's rooms have said of this type, in order.
  template <class Message>
  std::vector<Message> said(size_t node) const {
    std::vector<Message> out;
    for (const auto& x : table->said[node])
      if (const auto* what = std::get_if<Message>(&x))
        out.push_back(*what);
    return out;
  }

  actor_world world;
  std::shared_ptr<bridge_table> table = std::make_shared<bridge_table>();
  std::array<actors::cluster_rooms_actor, 2> bridges;
  std::array<actors::server_actor, 2> servers;

private:
  void tell(actors::neighbour_state state) {
    for (size_t i = 0; i < 2; ++i)
      for (const auto& [room, replica] : table->rooms[i])
        caf::anon_send(replica, actors::room_neighbour{bridge_node_name(1 - i),
                                                       2 - i, state});
    settle();
  }

  std::shared_ptr<sctp_log> log_;
  actors::sctp_actor sctp_;
  actors::server_actor original_;
};

} // namespace troupe::test
