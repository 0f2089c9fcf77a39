// The admin API of a cluster: any node answers for all.

#include "tests/actors/support/admin_nodes.hpp"

#include "actors/http/admin_proxy.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;

namespace {

/// Produces audio. Returns the producer's id.
std::string speak(admin_nodes& on, probe_client& who) {
  verb::create_transport open;
  open.direction = protocol::direction::send;
  who.get<reply::transport_created>(open);
  auto out = who.get<reply::produced>(opus_producer()).id.str();
  on.nodes.settle();
  return out;
}

/// Ann on node a and Bob on node b in the room `both`; Carl on b in `far`.
struct three_members {
  three_members() {
    ann.get<reply::joined>(join_as("ann", "both"));
    bob.send(join_as("bob", "both"));
    carl.get<reply::joined>(join_as("carl", "far"));
    on.nodes.settle();
  }

  admin_nodes on;
  probe_client ann{on.nodes.node(0)};
  probe_client bob{on.nodes.node(1)};
  probe_client carl{on.nodes.node(1)};
};

std::vector<std::string> texts_of(const rapidjson::Value& list,
                                  const char* member = nullptr) {
  std::vector<std::string> out;
  for (const auto& x : list.GetArray())
    out.push_back(member ? x[member].GetString() : x.GetString());
  return out;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("each node lists the rooms of all nodes, with their nodes") {
  three_members x;
  for (size_t node : {0, 1}) {
    const auto list = x.on.get(node, "/rooms");
    CHECK(texts_of(list["rooms"], "id") == texts{"both", "far"});
    CHECK(texts_of(list["rooms"][0]["nodes"]) == texts{"a", "b"});
    CHECK(texts_of(list["rooms"][1]["nodes"]) == texts{"b"});
    CHECK(number_at(list, "/rooms/0/members") == 2);
    CHECK(number_at(list, "/rooms/1/members") == 1);
    CHECK_FALSE(list.HasMember("next"));
    CHECK_FALSE(list.HasMember("unanswered"));
  }
  auto page = x.on.get(0, "/rooms?limit=1");
  CHECK(texts_of(page["rooms"], "id") == texts{"both"});
  CHECK(text_at(page, "/next") == "both");
  page = x.on.get(0, "/rooms?limit=1&after=both");
  CHECK(texts_of(page["rooms"], "id") == texts{"far"});
  CHECK_FALSE(page.HasMember("next"));
}

TEST_CASE("a list names the nodes that gave no answer") {
  three_members x;
  x.on.bridge.fake = [](const ask_node&) {
    return node_answer{ask_fault::timeout, 0, {}, {}};
  };
  auto list = x.on.get(0, "/rooms");
  CHECK(texts_of(list["rooms"], "id") == texts{"both"});
  CHECK(texts_of(list["unanswered"]) == texts{"b"});
  x.on.bridge.fake = [](const ask_node&) {
    return node_answer{ask_fault::none, 200, {}, R"({"rooms":{"far":1}})"};
  };
  list = x.on.get(0, "/rooms");
  CHECK(texts_of(list["unanswered"]) == texts{"b"});
  CHECK(x.on.bridge.violations == 1);
  // Rooms that nobody asked for are left out.
  x.on.bridge.fake = [](const ask_node&) {
    return node_answer{ask_fault::none,
                       200,
                       {},
                       R"({"rooms":[{"id":"both"},{"id":"x"},{"id":"far"}]})"};
  };
  list = x.on.get(0, "/rooms");
  CHECK(texts_of(list["rooms"], "id") == texts{"both", "far"});
  CHECK(number_at(list, "/rooms/0/members") == 2);
}

TEST_CASE("a room that only another node has is found, and changed there") {
  three_members x;
  auto room = x.on.get(0, "/rooms/far");
  CHECK(text_at(room, "/id") == "far");
  CHECK(texts_of(room["nodes"]) == texts{"b"});
  CHECK(texts_of(x.on.get(0, "/rooms/far/peers")["peers"], "id")
        == texts{"carl"});
  const auto carl = x.on.get(0, "/rooms/far/peers/carl");
  CHECK(text_at(carl, "/node") == "b");
  CHECK(text_at(x.on.get(0, "/rooms/far/peers/carl/stats"), "/id") == "carl");
  CHECK(x.on.get(0, "/rooms/far/stats")["producers"].Empty());
  CHECK(x.on.ask(0, "POST", "/rooms/far/lock").status == 204);
  CHECK(x.on.get(1, "/rooms/far")["locked"].GetBool());
  CHECK(x.on.ask(0, "POST", "/rooms/far/peers/carl/mute").status == 204);
  CHECK(x.on.ask(0, "POST", "/rooms/far/messages", "hello").status == 409);
  CHECK(x.on.ask(0, "DELETE", "/rooms/far/peers/carl").status == 204);
  CHECK((x.carl.script->ended == protocol::end_reason::kicked));
  CHECK(x.on.ask(0, "GET", "/rooms/nowhere").status == 404);
}

TEST_CASE("a room of another node is ended from any node") {
  three_members x;
  CHECK(x.on.ask(0, "DELETE", "/rooms/far").status == 204);
  CHECK((x.carl.script->ended == protocol::end_reason::room_closed));
}

TEST_CASE("a member on another node is explained, muted and kicked") {
  three_members x;
  const auto bob = x.on.get(0, "/rooms/both/peers/bob");
  CHECK(text_at(bob, "/node") == "b");
  CHECK(text_at(x.on.get(0, "/rooms/both/peers/ann"), "/node") == "a");
  CHECK(x.on.bridge.asked == 0); // this node knows by itself
  CHECK(text_at(x.on.get(0, "/rooms/both/peers/bob/stats"), "/id") == "bob");
  CHECK(x.on.bridge.asked == 1);
  const auto none =
      x.on.ask(0, "GET", "/rooms/both/peers/bob/consumers/c/explain");
  CHECK(none.status == 404);
  CHECK(text_at(parse_json(none.body), "/error/code") == "consumer-not-found");
  CHECK(x.on.bridge.asked == 2);
  CHECK(x.on.ask(0, "DELETE", "/rooms/both/peers/bob").status == 204);
  x.on.nodes.settle();
  CHECK((x.bob.script->ended == protocol::end_reason::kicked));
}

TEST_CASE("a room's statistics are about the producers on all nodes") {
  three_members x;
  const auto anns = speak(x.on, x.ann);
  const auto bobs = speak(x.on, x.bob);
  const auto stats = x.on.get(0, "/rooms/both/stats");
  CHECK(texts_of(stats["producers"], "id") == texts{anns, bobs});
  CHECK(number_at(stats, "/audioProducers") == 2);
  CHECK_FALSE(stats.HasMember("unanswered"));
  x.on.bridge.fake = [](const ask_node&) {
    return node_answer{ask_fault::timeout, 0, {}, {}};
  };
  const auto part = x.on.get(0, "/rooms/both/stats");
  CHECK(texts_of(part["producers"], "id") == texts{anns});
  CHECK(texts_of(part["unanswered"]) == texts{"b"});
  CHECK(x.on.ask(0, "GET", "/rooms/far/stats").status == 504);
}

TEST_CASE("a request is passed on once only") {
  three_members x;
  // Node b says that Carl is elsewhere, and so does everyone else.
  x.on.bridge.fake = [](const ask_node& y) {
    return node_answer{ask_fault::none, 421, y.node, "{}"};
  };
  const auto lost = x.on.ask(0, "GET", "/rooms/far/peers/carl/stats");
  CHECK(lost.status == 404);
  CHECK(text_at(parse_json(lost.body), "/error/code") == "peer-not-found");
  CHECK(x.on.bridge.asked == 2);
}

TEST_CASE("a node tells another what it has itself, and who has the rest") {
  three_members x;
  caf::scoped_actor self{*x.on.nodes.world.system};
  const auto answer_of_b = [&](const std::string& target) {
    node_answer out;
    auto waiting = self->request(x.on.bridge.runners[1], caf::infinite,
                                 admin_request{"GET", target, {}});
    x.on.nodes.world.run();
    waiting.receive([&](node_answer& y) { out = std::move(y); },
                    [](const caf::error&) { FAIL("no answer"); });
    return out;
  };
  auto out = answer_of_b("/api/v1/rooms/both/peers/ann/stats");
  CHECK(out.status == 421);
  CHECK(out.elsewhere == "a");
  CHECK(answer_of_b("/api/v1/rooms/both/peers/bob/stats").status == 200);
  for (auto target : {"", "/", "/metrics", "/api/v1/stats", "/api/v1/cluster",
                      "/api/v1/nothing", "/api/v1/rooms/nowhere"})
    CHECK_MESSAGE(answer_of_b(target).status == 404, target);
  x.ann.get<reply::ok>(verb::leave{});
  x.on.nodes.settle();
  CHECK(x.on.bridge.asked == 0);
}

TEST_CASE("a node that gives no good answer is named to the client") {
  three_members x;
  node_answer given;
  x.on.bridge.fake = [&](const ask_node&) {
    return given;
  };
  struct row {
    node_answer given;
    unsigned status;
    std::string code;
  };
  const std::vector<row> rows{
      {{ask_fault::timeout, 0, {}, {}}, 504, "node-timeout"},
      {{ask_fault::unreachable, 0, {}, {}}, 502, "node-unreachable"},
      {{ask_fault::busy, 0, {}, {}}, 502, "node-busy"},
      {{ask_fault::broken, 0, {}, {}}, 502, "bad-answer"},
      {{ask_fault::none, 200, {}, "{\"x\":"}, 502, "bad-answer"},
      {{ask_fault::none, 200, {}, {}}, 502, "bad-answer"},
      {{ask_fault::none, 204, {}, "x"}, 502, "bad-answer"},
  };
  for (const auto& y : rows) {
    given = y.given;
    const auto out = x.on.ask(0, "GET", "/rooms/far");
    CHECK(out.status == y.status);
    const auto told = parse_json(out.body);
    CHECK(text_at(told, "/error/code") == y.code);
    CHECK(text_at(told, "/error/message").find("node b") != std::string::npos);
  }
  CHECK(x.on.bridge.violations == 3);
}

TEST_CASE("an answer too long for another node becomes one that says so") {
  auto out =
      to_node_answer(net::json_response(200, std::string(max_answer + 1, 'x')));
  CHECK(out.status == 502);
  CHECK(text_at(parse_json(out.body), "/error/code") == "too-large");
  out = to_node_answer(net::json_response(200, std::string(max_answer, 'x')));
  CHECK(out.status == 200);
}
