#include "tests/actors/cluster/mesh_scene.hpp"
#include "tests/actors/support/log_capture.hpp"

#include <caf/detail/get_process_id.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

bool mutual(const mesh_node& a, const mesh_node& b) {
  return a.sees(b.preface().node, node_state::connected)
         && b.sees(a.preface().node, node_state::connected);
}

} // namespace

TEST_CASE("two linked nodes report each other") {
  mesh_node a{"a"};
  mesh_node b{"b", 77};
  link_nodes(a, b);
  REQUIRE(eventually([&] { return mutual(a, b); }));
  REQUIRE(eventually(
      [&] { return a.knows("b").rtt > 0us && b.knows("a").rtt > 0us; }));
  REQUIRE(eventually([&] { return a.knows("b").rooms == 3; }));
  auto x = a.knows("b");
  CHECK(x.incarnation == 77);
  CHECK(x.level == cluster_level);
  CHECK(x.load == doctest::Approx(0.25));
  CHECK(x.members == 14);
  CHECK(x.public_url == "https://b");
  CHECK(x.rtt < 1s);
  CHECK(x.clock_offset < 1s);
  CHECK(x.clock_offset > -1s);
  b.draining = true;
  CHECK(eventually([&] { return a.knows("b").draining; }));
  auto report = a.mesh->report();
  CHECK(report.cluster == "test");
  REQUIRE(report.nodes.size() == 2);
  CHECK(report.nodes.front().name == "a");
  CHECK(report.violations == 0);
  CHECK(report.unknown_messages == 0);
}

TEST_CASE("a node that uses more CPU time than it may stays connected") {
  mesh_node a{"a", 1, 500ms};
  mesh_node b{"b"};
  b.load = 1.05;
  link_nodes(a, b);
  REQUIRE(eventually([&] { return a.knows("b").load == 1; }));
  // Many hellos later nothing else has happened.
  b.open_room("r");
  CHECK(eventually([&] { return !a.where_is("r").empty(); }));
  CHECK(a.mesh->report().violations == 0);
  CHECK(a.sees("b", node_state::connected));
}

TEST_CASE("a link that breaks makes a node suspect, and then dead") {
  mesh_node a{"a", 1, 500ms};
  mesh_node b{"b"};
  auto link = link_nodes(a, b);
  REQUIRE(eventually([&] { return mutual(a, b); }));
  a.close(link.at_a);
  b.close(link.at_b);
  REQUIRE(eventually([&] { return a.sees("b", node_state::suspect); }));
  REQUIRE(eventually([&] { return a.sees("b", node_state::dead); }));
  CHECK(a.mesh->report().suspected == 1);
  CHECK(a.mesh->report().died == 1);
  CHECK(b.sees("a", node_state::suspect));
}

TEST_CASE("a suspect node returns by another link to the same process") {
  mesh_node a{"a"};
  mesh_node b{"b"};
  auto link = link_nodes(a, b);
  REQUIRE(eventually([&] { return mutual(a, b); }));
  a.close(link.at_a);
  b.close(link.at_b);
  REQUIRE(eventually([&] {
    return a.sees("b", node_state::suspect) && b.sees("a", node_state::suspect);
  }));
  // CAF may still be letting go of the old link; a port dials again, too.
  CHECK(eventually([&] {
    auto next = link_nodes(a, b);
    auto up = false;
    for (int i = 0; i < 100 && !up; ++i) {
      std::this_thread::sleep_for(2ms);
      up = mutual(a, b);
    }
    if (!up) {
      a.close(next.at_a);
      b.close(next.at_b);
    }
    return up;
  }));
  CHECK(a.mesh->report().died == 0);
  CHECK(b.mesh->report().died == 0);
}

TEST_CASE("a silent node is dead after the timeout, and its link is closed") {
  mesh_node a{"a", 1, 300ms};
  mesh_node b{"b", 1, 60s, 60s}; // says hello once
  auto link = link_nodes(a, b);
  REQUIRE(eventually([&] { return a.mesh->report().died == 1; }));
  CHECK(eventually([&] { return !a.has_link(link.at_a); }));
  CHECK(a.sees("b", node_state::dead));
  CHECK(a.mesh->report().suspected == 0);
}

TEST_CASE("a link on which nobody says hello is closed") {
  mesh_node a{"a", 1, 300ms};
  net::cluster_preface nobody;
  nobody.node = "nobody";
  for (auto dialled : {true, false}) {
    auto id = a.open(std::make_shared<test_wire>(), 0, nobody, dialled);
    CHECK(eventually([&] { return !a.has_link(id); }));
  }
  CHECK(a.knows("nobody").name.empty());
}

TEST_CASE("a goodbye ends a node at once, without suspicion") {
  mesh_node a{"a"};
  mesh_node b{"b"};
  link_nodes(a, b);
  REQUIRE(eventually([&] { return mutual(a, b); }));
  auto before = std::chrono::steady_clock::now();
  b.stop();
  CHECK(std::chrono::steady_clock::now() - before < 2s);
  REQUIRE(eventually([&] { return a.sees("b", node_state::dead); }));
  CHECK(a.mesh->report().suspected == 0);
  CHECK(a.mesh->report().died == 0);
}

TEST_CASE("a restarted node replaces the process before it") {
  mesh_node a{"a"};
  mesh_node first{"b"};
  link_nodes(a, first);
  REQUIRE(eventually([&] { return mutual(a, first); }));
  mesh_node second{"b", 2};
  link_nodes(a, second);
  REQUIRE(eventually([&] { return a.knows("b").incarnation == 2; }));
  CHECK(a.sees("b", node_state::connected));
  CHECK(a.mesh->report().suspected == 0);
  CHECK(a.mesh->report().died == 1);
}

TEST_CASE("rooms are known on all nodes, and forgotten with a dead one") {
  mesh_node a{"a"};
  mesh_node b{"b"};
  mesh_node c{"c"};
  b.open_room("early");
  link_nodes(a, b);
  link_nodes(c, a);
  link_nodes(b, c);
  CHECK(eventually(
      [&] { return a.where_is("early") == std::vector<std::string>{"b"}; }));
  b.open_room("r");
  c.open_room("r");
  CHECK(eventually([&] {
    return a.where_is("r") == std::vector<std::string>{"b", "c"};
  }));
  c.close_room("r");
  CHECK(eventually(
      [&] { return a.where_is("r") == std::vector<std::string>{"b"}; }));
  b.stop();
  CHECK(eventually([&] { return a.where_is("r").empty(); }));
  CHECK(a.mesh->report().violations == 0);
}

TEST_CASE("a node that says another name than its preface is refused") {
  mesh_node a{"a"};
  mesh_node b{"b"};
  auto wire = std::make_shared<test_wire>();
  auto lie = b.preface();
  lie.node = "c";
  auto id = a.open(wire, 0, lie, true);
  b.open(wire, 1, a.preface(), false);
  REQUIRE(eventually([&] { return !a.has_link(id); }));
  CHECK(a.knows("b").name.empty());
  CHECK(a.knows("c").name.empty());
  CHECK(eventually([&] { return a.mesh->report().violations == 1; }));
}

TEST_CASE(
    "each actor system has a node id of its own, without the process id") {
  cluster_caf_config settings;
  caf::actor_system one{settings};
  caf::actor_system two{settings};
  auto number = [](const caf::actor_system& x) {
    auto text = to_string(x.node());
    return text.substr(text.find('#') + 1);
  };
  CHECK(number(one) != number(two));
  CHECK(number(one) != std::to_string(::getpid()));
  CHECK(number(two) != std::to_string(::getpid()));
}

TEST_CASE("refused connections are logged once a minute for each reason") {
  mesh_node a{"a"};
  captured_output output;
  set_log_level("info");
  for (int i = 0; i < 3; ++i)
    for (auto why : {net::link_refusal::tls, net::link_refusal::level,
                     net::link_refusal::self, net::link_refusal::duplicate})
      a.mesh->connection_refused(why, "192.0.2.1:" + std::to_string(i));
  a.mesh->identity_changed(std::nullopt);
  a.mesh->identity_changed("cluster.key: it is gone");
  const auto log = output.release();
  set_log_level("off");
  const auto count = [&](const std::string& text) {
    size_t out = 0;
    for (auto at = log.find(text); at != std::string::npos;
         at = log.find(text, at + 1))
      ++out;
    return out;
  };
  CAPTURE(log);
  CHECK(count("cluster-refused") == 2);
  CHECK(count("cluster-refused why=tls address=192.0.2.1:0 before=0") == 1);
  CHECK(count("cluster-refused why=level address=192.0.2.1:0") == 1);
  CHECK(count("cluster-certificate-changed") == 1);
  CHECK(count("cluster-certificate-refused why=\"cluster.key: it is gone\"")
        == 1);
}
