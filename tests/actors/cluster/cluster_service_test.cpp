#include "actors/cluster/cluster_service.hpp"

#include "net/io/loop/io_threads.hpp"
#include "tests/actors/cluster/mesh_scene.hpp"
#include "tests/net/io/support/cluster_certificates.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// A node as the server has it: TLS, the gate and CAF.
struct service_node {
  service_node(const std::string& name, net::cluster_files files,
               std::vector<std::string> seeds = {}, uint64_t incarnation = 1,
               uint16_t listen = 0) {
    quiet_log();
    cluster_service_settings x;
    x.port.self.cluster = "test";
    x.port.self.node = name;
    x.port.self.incarnation = incarnation;
    x.port.self.media = *net::parse_address("127.0.0.1", 40000);
    x.port.listen = *net::parse_address("127.0.0.1", listen);
    x.port.files = std::move(files);
    x.port.seeds = std::move(seeds);
    x.port.redial = 20ms;
    x.heartbeat = 20ms;
    x.timeout = 2s;
    x.facts = [] {
      return node_facts{0.5, false, 1, 2};
    };
    service = std::make_unique<cluster_service>(system, threads, x);
    REQUIRE(!service->start());
  }

  std::string address() const {
    return "127.0.0.1:" + std::to_string(service->port());
  }

  bool sees(const std::string& node, node_state state) const {
    for (const auto& x : service->report().nodes)
      if (x.name == node)
        return x.state == state;
    return false;
  }

  cluster_caf_config settings;
  caf::actor_system system{settings};
  net::io_threads threads{1};
  std::unique_ptr<cluster_service> service;
};

bool all_see(const service_node& x, std::vector<std::string> others) {
  return std::ranges::all_of(others, [&](const auto& other) {
    return x.sees(other, node_state::connected);
  });
}

} // namespace

TEST_CASE("three nodes link over TLS, and see one leave") {
  net::testing::cluster_certificates ca;
  service_node a{"a", ca.issue("a")};
  service_node b{"b", ca.issue("b"), {a.address()}};
  service_node c{"c", ca.issue("c"), {a.address(), b.address()}};
  REQUIRE(eventually([&] {
    return all_see(a, {"b", "c"}) && all_see(b, {"a", "c"})
           && all_see(c, {"a", "b"});
  }));
  CHECK(eventually([&] {
    auto x = a.service->report();
    return x.nodes.size() == 3 && x.nodes[1].rtt > 0us
           && x.nodes[1].members == 2;
  }));
  auto before = a.service->report();
  CHECK(before.port.links == 2);
  CHECK(before.violations == 0);
  CHECK(before.unknown_messages == 0);
  CHECK(before.nodes[1].media == "127.0.0.1:40000");
  c.service->stop();
  CHECK(eventually([&] {
    return a.sees("c", node_state::dead) && b.sees("c", node_state::dead);
  }));
  CHECK(a.service->report().suspected == 0);
  CHECK(a.service->report().died == 0);
  CHECK(all_see(a, {"b"}));
}

TEST_CASE("two nodes that dial each other at once have one link") {
  net::testing::cluster_certificates ca;
  service_node first{"first", ca.issue("first")};
  service_node a{"a", ca.issue("a"), {first.address()}};
  service_node b{"b", ca.issue("b"), {a.address(), first.address()}};
  auto again = a.address();
  a.service->stop();
  a.service.reset();
  // The next A has B as a seed, and B still dials the old address.
  service_node next{"a",
                    ca.issue("a"),
                    {b.address(), first.address()},
                    2,
                    static_cast<uint16_t>(std::stoi(again.substr(10)))};
  REQUIRE(eventually([&] {
    return all_see(next, {"b", "first"}) && all_see(b, {"a", "first"});
  }));
  CHECK(eventually([&] {
    return next.service->report().port.links == 2
           && b.service->report().port.links == 2;
  }));
  for (const auto& x : b.service->report().nodes)
    if (x.name == "a")
      CHECK(x.incarnation == 2);
}

TEST_CASE("a service without a link stops, also twice") {
  net::testing::cluster_certificates ca;
  service_node a{"a", ca.issue("a"), {"127.0.0.1:1"}};
  CHECK(a.service->report().nodes.size() == 1);
  a.service->stop();
  a.service->stop();
}
