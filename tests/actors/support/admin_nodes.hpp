#pragma once

#include "actors/http/admin_api.hpp"
#include "actors/http/admin_runner.hpp"
#include "tests/actors/support/two_nodes.hpp"
#include "tests/net/io/support/client.hpp"

#include <functional>

namespace troupe::test {

/// A response as a client would read it.
inline net::testing::http_reply to_reply(const net::http_response& x) {
  net::testing::http_reply out{static_cast<int>(x.status), "HTTP/1.1", x.body};
  for (const auto& [name, value] : x.headers)
    out.head += "\r\n" + name + ": " + value;
  out.head += "\r\n";
  return out;
}

inline constexpr auto admin_test_token = "a token for nodes in tests";

/// What the admin APIs of two nodes ask each other.
struct admin_bridge {
  using actor = actors::cluster_admin_actor;

  static actor::behavior_type make(actor::pointer self, admin_bridge* all,
                                   size_t me) {
    const auto nodes_of = [=](const std::string& room) {
      std::vector<std::string> out;
      if (all->table->connected
          && all->table->rooms[1 - me].contains(protocol::room_id{room}))
        out.push_back(bridge_node_name(1 - me));
      return out;
    };
    return {
        [](const actors::serve_admin&) {},
        [=](const actors::ask_node& x) -> caf::result<actors::node_answer> {
          ++all->asked;
          CHECK(x.node == bridge_node_name(1 - me));
          if (all->fake)
            return all->fake(x);
          if (!all->table->connected)
            return actors::node_answer{
                actors::ask_fault::unreachable, 0, {}, {}};
          return self->delegate(all->runners[1 - me], x.what);
        },
        [=](const actors::find_nodes& x) {
          actors::nodes_found out;
          for (const auto& room : x.rooms)
            out.nodes.push_back(nodes_of(room.str()));
          return out;
        },
        [=](const actors::list_remote_rooms& x) {
          actors::remote_room_page out;
          for (const auto& [room, replica] : all->table->rooms[1 - me])
            if (all->table->connected && room > x.after)
              out.rooms.push_back({room, nodes_of(room.str())});
          out.more = out.rooms.size() > x.limit;
          out.rooms.resize(std::min(out.rooms.size(), x.limit));
          return out;
        },
        [=](const actors::report_violation&) { ++all->violations; },
    };
  }

  std::shared_ptr<bridge_table> table;
  std::array<actors::admin_runner_actor, 2> runners;
  /// What a node answers in place of its runner.
  std::function<actors::node_answer(const actors::ask_node&)> fake;
  size_t asked = 0;
  size_t violations = 0;
};

/// Two nodes in virtual time, each with an admin API.
class admin_nodes {
public:
  admin_nodes() {
    bridge.table = nodes.table;
    for (size_t i = 0; i < 2; ++i) {
      actors_[i] = nodes.world.system->spawn(admin_bridge::make, &bridge, i);
      const actors::admin_cluster cluster{actors_[i], bridge_node_name(i)};
      bridge.runners[i] =
          actors::spawn_admin_runner(*nodes.world.system, nodes.servers[i],
                                     cluster, std::chrono::seconds{5});
      apis_[i] = std::make_unique<actors::admin_api>(
          *nodes.world.system, nodes.servers[i],
          actors::admin_settings{net::secret{admin_test_token}, true},
          [] { return actors::metrics_snapshot{}; }, cluster);
    }
  }

  ~admin_nodes() {
    for (size_t i = 0; i < 2; ++i) {
      apis_[i].reset();
      caf::anon_send_exit(bridge.runners[i], caf::exit_reason::user_shutdown);
      caf::anon_send_exit(actors_[i], caf::exit_reason::user_shutdown);
      bridge.runners[i] = nullptr;
      actors_[i] = nullptr;
    }
    nodes.world.run();
  }

  net::http_response ask(size_t node, const std::string& method,
                         const std::string& target,
                         const std::string& body = {}) {
    net::http_request x;
    x.method = method;
    x.target = std::string{actors::admin_prefix} + target;
    x.path = x.target.substr(0, x.target.find('?'));
    x.query = x.target.substr(std::min(x.target.size(), x.path.size() + 1));
    x.body = body;
    x.headers = {{"Authorization", std::string{"Bearer "} + admin_test_token}};
    std::optional<net::http_response> out;
    REQUIRE(apis_[node]->handle(x, [&](net::http_response y) {
      if (!out)
        out = std::move(y);
    }));
    nodes.world.run();
    REQUIRE(out);
    return *out;
  }

  /// The JSON of an answer, which must be a 200.
  json get(size_t node, const std::string& target) {
    auto reply = ask(node, "GET", target);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    return parse_json(reply.body);
  }

  two_nodes nodes;
  admin_bridge bridge;

private:
  std::array<actors::cluster_admin_actor, 2> actors_;
  std::array<std::unique_ptr<actors::admin_api>, 2> apis_;
};

} // namespace troupe::test
