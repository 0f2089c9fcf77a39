// What the rooms of a node are told of other nodes, and what reaches them.

#include "actors/cluster/cluster_state.hpp"
#include "tests/actors/cluster/mesh_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// What a room was told.
struct told_room {
  std::mutex mutex;
  std::vector<room_neighbour> neighbours;
  std::vector<room_message_from> messages;

  /// The states of the others, one letter each: r, s, d, l.
  std::string states() {
    std::lock_guard guard{mutex};
    std::string out;
    for (const auto& x : neighbours)
      out += "rsdl"[static_cast<size_t>(x.state)];
    return out;
  }

  /// The commands that came, in their order.
  std::vector<std::string> commands() {
    std::lock_guard guard{mutex};
    std::vector<std::string> out;
    for (const auto& x : messages)
      if (const auto* what = std::get_if<member_command>(&x.what))
        out.push_back(what->peer);
    return out;
  }
};

/// Attaches a room to a node that keeps what it is told.
std::shared_ptr<told_room> attach_told_room(mesh_node& node,
                                            const std::string& room) {
  auto out = std::make_shared<told_room>();
  const auto replica =
      node.system.spawn([out]() -> room_replica_actor::behavior_type {
        return {[out](const room_neighbour& x) {
                  std::lock_guard guard{out->mutex};
                  out->neighbours.push_back(x);
                },
                [](const room_neighbours_known&) {},
                [out](const room_message_from& x) {
                  std::lock_guard guard{out->mutex};
                  out->messages.push_back(x);
                }};
      });
  node.deaf_rooms.push_back(replica);
  caf::anon_send(node.mesh->rooms(), attach_room{room_id{room}, replica});
  return out;
}

void kick(mesh_node& from, const std::string& to, const std::string& who) {
  caf::anon_send(from.mesh->rooms(),
                 room_message_to{room_id{"r"}, to,
                                 member_command{"r", "kick", who, "ann", {}}});
}

/// Waits until the messages that a node's rooms have sent so far are handled.
void flush(mesh_node& node) {
  node.where_is("r");
}

/// Two linked nodes that have room r.
struct rooms_scene {
  rooms_scene() {
    link = link_nodes(a, b);
    REQUIRE(eventually([&] {
      return at_a->states() == "r" && at_b->states() == "r"
             && !a.where_is("r").empty();
    }));
  }

  /// Cuts the link, and waits until both have noticed.
  void cut() {
    a.close(link.at_a);
    b.close(link.at_b);
    REQUIRE(eventually([&] {
      return a.sees("b", node_state::suspect)
             && b.sees("a", node_state::suspect);
    }));
  }

  mesh_node a{"a"};
  mesh_node b{"b"};
  std::shared_ptr<told_room> at_a = attach_told_room(a, "r");
  std::shared_ptr<told_room> at_b = attach_told_room(b, "r");
  node_link link;
};

// CAF may still be letting go of an old link; a port dials again, too.
bool relink(mesh_node& a, mesh_node& b) {
  return eventually([&] {
    const auto next = link_nodes(a, b);
    for (int i = 0; i < 100; ++i) {
      std::this_thread::sleep_for(2ms);
      if (a.sees(b.preface().node, node_state::connected)
          && b.sees(a.preface().node, node_state::connected))
        return true;
    }
    a.close(next.at_a);
    b.close(next.at_b);
    return false;
  });
}

} // namespace

TEST_CASE("a room is told at once that a node has said goodbye") {
  rooms_scene x;
  x.b.stop();
  CHECK(eventually([&] { return x.at_a->states() == "rl"; }));
  CHECK(x.a.where_is("r").empty());
}

TEST_CASE("a room is told that a node may come back if it just vanishes") {
  rooms_scene x;
  x.cut();
  mesh_node other{"b", 2};
  REQUIRE(relink(x.a, other));
  CHECK(eventually([&] { return x.at_a->states() == "rsd"; }));
}

TEST_CASE("commands for a suspect node are delivered once its link is back") {
  rooms_scene x;
  x.cut();
  for (const auto* who : {"bob", "cleo"})
    kick(x.a, "b", who);
  flush(x.a);
  CHECK(x.at_b->commands().empty());
  REQUIRE(relink(x.a, x.b));
  kick(x.a, "b", "dan");
  const std::vector<std::string> all{"bob", "cleo", "dan"};
  CHECK(eventually([&] { return x.at_b->commands().size() >= all.size(); }));
  CHECK(x.at_b->commands() == all);
}

TEST_CASE("at most 1,024 messages are kept for a suspect node") {
  rooms_scene x;
  x.cut();
  for (size_t i = 0; i < undelivered_messages::max_count + 2; ++i)
    kick(x.a, "b", std::to_string(i));
  flush(x.a);
  REQUIRE(relink(x.a, x.b));
  kick(x.a, "b", "last");
  REQUIRE(eventually([&] {
    const auto got = x.at_b->commands();
    return !got.empty() && got.back() == "last";
  }));
  CHECK(x.at_b->commands().size() == undelivered_messages::max_count + 1);
}

TEST_CASE("a process gets no commands that were meant for the one before it") {
  rooms_scene x;
  x.cut();
  kick(x.a, "b", "bob");
  flush(x.a);
  mesh_node other{"b", 2};
  const auto at_other = attach_told_room(other, "r");
  REQUIRE(relink(x.a, other));
  kick(x.a, "b", "dan");
  REQUIRE(eventually([&] { return !at_other->commands().empty(); }));
  CHECK(at_other->commands() == std::vector<std::string>{"dan"});
}
