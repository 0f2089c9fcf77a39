#pragma once

#include "actors/cluster/cluster_caf.hpp"
#include "actors/cluster/cluster_mesh.hpp"
#include "tests/actors/support/quiet_log.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace troupe::test {

/// CAF as a node of a cluster uses it.
struct cluster_caf_config : caf::actor_system_config {
  cluster_caf_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", size_t{2});
    actors::load_cluster_modules(*this);
  }
};

/// Waits until `done` holds; five seconds at most.
template <class F>
bool eventually(F done) {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (!done()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

/// A connection between two nodes: a pair of sockets, each end of which also
/// stays open here so that it can be cut, as a port does.
class test_wire {
public:
  test_wire() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data())
            == 0);
    for (size_t i = 0; i < 2; ++i)
      kept_[i] = ::dup(ends_[i]);
  }

  test_wire(const test_wire&) = delete;
  test_wire& operator=(const test_wire&) = delete;

  ~test_wire() {
    cut();
    for (auto fd : kept_)
      ::close(fd);
  }

  /// The descriptor for the owner of an end.
  int take(size_t end) {
    return ends_[end];
  }

  /// An end for a test that speaks for a node itself.
  int own(size_t end) {
    return kept_[end];
  }

  void cut() {
    for (auto fd : kept_)
      ::shutdown(fd, SHUT_RDWR);
  }

private:
  std::array<int, 2> ends_{};
  std::array<int, 2> kept_{};
};

/// One node: an actor system of its own, and a port that only knows wires.
class mesh_node {
public:
  explicit mesh_node(
      const std::string& name, uint64_t incarnation = 1,
      std::chrono::milliseconds timeout = std::chrono::minutes{1},
      std::chrono::milliseconds heartbeat = std::chrono::milliseconds{20}) {
    quiet_log();
    settings.port.self.cluster = "test";
    settings.port.self.node = name;
    settings.port.self.incarnation = incarnation;
    settings.port.self.level = actors::cluster_level;
    settings.port.self.oldest_level = actors::oldest_cluster_level;
    settings.heartbeat = heartbeat;
    settings.timeout = timeout;
    settings.public_url = "https://" + name;
    settings.facts = [this] {
      return actors::node_facts{load, draining.load(), 3, 14};
    };
    mesh = std::make_unique<actors::cluster_mesh>(
        system, settings,
        actors::link_control{
            [this](uint64_t id) { close(id); },
            [this](const std::string& node, std::chrono::milliseconds) {
              std::lock_guard guard{mutex};
              quarantined.push_back(node);
            }});
  }

  ~mesh_node() {
    stop();
  }

  void stop() {
    for (const auto& x : std::exchange(deaf_rooms, {}))
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    mesh->stop();
    std::lock_guard guard{mutex};
    for (auto& [id, wire] : wires)
      wire->cut();
  }

  /// A link is up to the port; `end` is this node's.
  uint64_t open(const std::shared_ptr<test_wire>& wire, size_t end,
                const net::cluster_preface& remote, bool dialled) {
    auto id = ++last_id;
    {
      std::lock_guard guard{mutex};
      wires[id] = wire;
    }
    mesh->link_opened({id, remote, dialled, wire->take(end)});
    return id;
  }

  /// The port closes a link, because the owner said so or it was cut.
  void close(uint64_t id) {
    std::lock_guard guard{mutex};
    auto i = wires.find(id);
    if (i == wires.end())
      return;
    i->second->cut();
    wires.erase(i);
    mesh->link_closed(id, false);
  }

  bool has_link(uint64_t id) {
    std::lock_guard guard{mutex};
    return wires.contains(id);
  }

  const net::cluster_preface& preface() const {
    return settings.port.self;
  }

  /// What this node knows of another; its name is empty if nothing.
  actors::node_report knows(const std::string& node) const {
    for (const auto& x : mesh->report().nodes)
      if (x.name == node)
        return x;
    return {};
  }

  bool sees(const std::string& node, actors::node_state state) const {
    auto x = knows(node);
    return x.name == node && x.state == state;
  }

  std::vector<std::string> where_is(const std::string& room) {
    std::vector<std::string> out;
    caf::scoped_actor self{system};
    self->request(mesh->rooms(), std::chrono::seconds{5},
                  actors::where_is{actors::room_id{room}})
        .receive([&](const actors::room_nodes& x) { out = x.nodes; },
                 [](const caf::error&) { FAIL("no answer"); });
    return out;
  }

  /// Attaches a room that hears nothing.
  void open_room(const std::string& room) {
    const auto deaf =
        system.spawn([]() -> actors::room_replica_actor::behavior_type {
          return {[](const actors::room_neighbour&) {},
                  [](const actors::room_neighbours_known&) {},
                  [](const actors::room_message_from&) {
                  }};
        });
    deaf_rooms.push_back(deaf);
    caf::anon_send(mesh->rooms(),
                   actors::attach_room{actors::room_id{room}, deaf});
  }

  void close_room(const std::string& room) {
    caf::anon_send(mesh->rooms(), actors::detach_room{actors::room_id{room}});
  }

  actors::cluster_service_settings settings;
  std::atomic<bool> draining{false};
  std::atomic<double> load{0.25};
  cluster_caf_config caf_settings;
  caf::actor_system system{caf_settings};
  std::mutex mutex;
  std::map<uint64_t, std::shared_ptr<test_wire>> wires;
  std::vector<std::string> quarantined;
  uint64_t last_id = 0;
  std::vector<actors::room_replica_actor> deaf_rooms;
  std::unique_ptr<actors::cluster_mesh> mesh;
};

/// Two nodes' ends of a link.
struct node_link {
  uint64_t at_a = 0;
  uint64_t at_b = 0;
};

/// Links two nodes as if `a` had dialled.
inline node_link link_nodes(mesh_node& a, mesh_node& b) {
  auto wire = std::make_shared<test_wire>();
  node_link out;
  out.at_a = a.open(wire, 0, b.preface(), true);
  out.at_b = b.open(wire, 1, a.preface(), false);
  return out;
}

} // namespace troupe::test
