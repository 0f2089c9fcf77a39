// What nodes ask each other for operators, over real links.

#include "actors/cluster/admin_asks.hpp"
#include "tests/actors/cluster/raw_peer.hpp"

#include <caf/typed_event_based_actor.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// Lets `node` answer what others ask: the body of each answer is the method,
/// the target and the body of the request.
void serve_echo(mesh_node& node) {
  auto runner = node.system.spawn([]() -> admin_runner_actor::behavior_type {
    return {[](const admin_request& x) {
      return node_answer{ask_fault::none, 200, "next",
                         x.method + " " + x.target + " " + x.body};
    }};
  });
  caf::anon_send(node.mesh->admin(), serve_admin{runner});
}

/// Lets `node` never answer.
void serve_nothing(mesh_node& node) {
  auto runner = node.system.spawn([](admin_runner_actor::pointer self)
                                      -> admin_runner_actor::behavior_type {
    auto kept = std::make_shared<
        std::vector<caf::typed_response_promise<node_answer>>>();
    return {[self, kept](const admin_request&) {
      kept->push_back(self->make_response_promise<node_answer>());
      return kept->back();
    }};
  });
  caf::anon_send(node.mesh->admin(), serve_admin{runner});
}

node_answer ask_of(mesh_node& from, const std::string& node,
                   const std::string& body = "body") {
  node_answer out;
  caf::scoped_actor self{from.system};
  self->request(from.mesh->admin(), 5s, ask_node{node, {"GET", "/x", body}})
      .receive([&](node_answer& x) { out = std::move(x); },
               [](const caf::error&) { FAIL("no answer"); });
  return out;
}

/// Two nodes with a link.
struct linked_pair {
  linked_pair() {
    link = link_nodes(a, b);
    REQUIRE(eventually([&] {
      return a.sees("b", node_state::connected)
             && b.sees("a", node_state::connected);
    }));
  }

  mesh_node a{"a"};
  mesh_node b{"b"};
  node_link link;
};

} // namespace

TEST_CASE("a node answers what another asks") {
  linked_pair x;
  serve_echo(x.b);
  auto out = ask_of(x.a, "b");
  CHECK((out.fault == ask_fault::none));
  CHECK(out.status == 200);
  CHECK(out.elsewhere == "next");
  CHECK(out.body == "GET /x body");
  // In several pieces, of which the second is short.
  const std::string big(max_ask_body, 'y');
  out = ask_of(x.a, "b", big);
  CHECK((out.fault == ask_fault::none));
  CHECK(out.body == "GET /x " + big);
  CHECK(x.a.mesh->report().violations == 0);
  CHECK(x.b.mesh->report().violations == 0);
}

TEST_CASE("a node that is not there cannot be asked") {
  linked_pair x;
  CHECK((ask_of(x.a, "c").fault == ask_fault::unreachable));
  CHECK((ask_of(x.a, "a").fault == ask_fault::unreachable));
}

TEST_CASE("a request fails at once when the link breaks") {
  linked_pair x;
  serve_nothing(x.b);
  caf::scoped_actor self{x.a.system};
  auto waiting =
      self->request(x.a.mesh->admin(), 5s, ask_node{"b", {"GET", "/x", ""}});
  // The link's messages keep their order, so the request has arrived.
  x.a.open_room("r");
  REQUIRE(eventually([&] { return !x.b.where_is("r").empty(); }));
  const auto before = std::chrono::steady_clock::now();
  x.a.close(x.link.at_a);
  waiting.receive(
      [](const node_answer& y) { CHECK((y.fault == ask_fault::unreachable)); },
      [](const caf::error&) { FAIL("no answer"); });
  CHECK(std::chrono::steady_clock::now() - before < admin_asks::timeout);
}

TEST_CASE("requests of another node beyond what it may have are violations") {
  mesh_node a{"a"};
  serve_nothing(a);
  raw_peer peer{a};
  REQUIRE(peer.answers());
  for (uint64_t id = 1; id <= served_asks::max_running + 20; ++id)
    peer.self->send(peer.gateway, admin_ask{id, "GET", "/api/v1/rooms", {}});
  CHECK(peer.answers());
  CHECK(eventually([&] { return a.mesh->report().violations == 20; }));
  CHECK(a.has_link(peer.link));
  // One that is too large.
  peer.self->send(
      peer.gateway,
      admin_ask{1000, "GET", std::string(max_ask_target + 1, 'x'), {}});
  CHECK(eventually([&] { return a.mesh->report().violations == 21; }));
  CHECK(a.where_is("r").empty());
}

TEST_CASE("answers that nobody asked for end a link") {
  mesh_node a{"a"};
  serve_echo(a);
  raw_peer peer{a};
  REQUIRE(peer.answers());
  for (uint64_t id = 0; id < 100; ++id)
    peer.self->send(peer.gateway, admin_answer{id, 200, {}, "{}", true});
  CHECK(eventually([&] { return !a.has_link(peer.link); }));
  CHECK(eventually([&] { return a.mesh->report().quarantined == 1; }));
  CHECK(a.where_is("r").empty());
}

TEST_CASE("another node's endless answer is a violation and no answer") {
  mesh_node a{"a"};
  raw_peer peer{a};
  REQUIRE(peer.answers());
  caf::scoped_actor self{a.system};
  auto waiting =
      self->request(a.mesh->admin(), 5s, ask_node{"peer", {"GET", "/x", ""}});
  uint64_t id = 0;
  peer.self->receive_while([&] { return id == 0; })(
      [&](const admin_ask& x) { id = x.id; }, [](const link_hello&) {},
      [](const seen&) {}, [](const rooms_snapshot&) {});
  const std::string piece(max_answer_piece, 'x');
  for (int i = 0; i < 3; ++i)
    peer.self->send(peer.gateway, admin_answer{id, 200, {}, piece, false});
  waiting.receive(
      [](const node_answer& y) { CHECK((y.fault == ask_fault::broken)); },
      [](const caf::error&) { FAIL("no answer"); });
  CHECK(eventually([&] { return a.mesh->report().violations == 1; }));
  CHECK(a.has_link(peer.link));
}
