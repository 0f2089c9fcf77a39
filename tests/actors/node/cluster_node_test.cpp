#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/actors/support/temporary_file.hpp"
#include "tests/net/io/support/client.hpp"
#include "tests/net/io/support/cluster_certificates.hpp"

#include <rapidjson/document.h>

#include <set>

using namespace troupe;
using namespace troupe::test;
using net::testing::cluster_certificates;

namespace {

constexpr auto node_token = "a token for clusters only";

/// The settings of a node on free ports. It knows the others at `seeds`.
actors::config node_settings(cluster_certificates& authority,
                             const std::string& name, const std::string& token,
                             std::vector<std::string> seeds = {}) {
  auto files = authority.issue(name);
  auto out = loopback();
  out.admin.token_file = token;
  out.cluster.name = "meet";
  out.cluster.node = name;
  out.cluster.listen = "127.0.0.1:0";
  out.cluster.seeds = std::move(seeds);
  out.cluster.certificate = files.certificate;
  out.cluster.key = files.key;
  out.cluster.ca = files.ca;
  out.cluster.heartbeat = std::chrono::milliseconds{20};
  out.cluster.public_url = "http://" + name + ".example";
  return out;
}

net::testing::http_reply ask_api(const running_node& node,
                                 const std::string& method,
                                 const std::string& target) {
  return net::testing::http(node.port(), method, "/api/v1" + target,
                            std::string{"Authorization: Bearer "} + node_token
                                + "\r\n");
}

rapidjson::Document ask_for_cluster(const running_node& node) {
  auto reply = ask_api(node, "GET", "/cluster");
  REQUIRE_MESSAGE(reply.status == 200, reply.body);
  rapidjson::Document out;
  out.Parse(reply.body.c_str());
  REQUIRE_FALSE(out.HasParseError());
  return out;
}

/// The nodes that it sees as `state`, itself included.
std::set<std::string> names_seen(const running_node& node,
                                 const std::string& state = "connected") {
  std::set<std::string> out;
  auto answer = ask_for_cluster(node);
  for (const auto& x : answer["nodes"].GetArray())
    if (state == x["state"].GetString())
      out.insert(x["name"].GetString());
  return out;
}

std::string metrics_of(const running_node& node) {
  return net::testing::http(node.port(), "GET", "/metrics").body;
}

} // namespace

TEST_CASE("a node without a cluster loads nothing of one") {
  temporary_file token{node_token};
  auto settings = loopback();
  settings.admin.token_file = token.path();
  running_node alone{settings};
  CHECK(alone.server.cluster_port() == 0);
  CHECK_FALSE(ask_for_cluster(alone)["enabled"].GetBool());
  CHECK(metrics_of(alone).find("troupe_cluster") == std::string::npos);
}

TEST_CASE("a node of a cluster starts alone, and stops without a remainder") {
  temporary_file token{node_token};
  cluster_certificates authority;
  running_node first{node_settings(authority, "node-1", token.path())};
  CHECK(first.server.cluster_port() != 0);
  CHECK(names_seen(first) == std::set<std::string>{"node-1"});
  CHECK(net::testing::http(first.port(), "GET", "/readyz").status == 200);
  first.server.stop();
  CHECK(first.server.live_actors() == 0);
}

TEST_CASE("two nodes list each other") {
  temporary_file token{node_token};
  cluster_certificates authority;
  running_node first{node_settings(authority, "node-1", token.path())};
  auto seed = "127.0.0.1:" + std::to_string(first.server.cluster_port());
  const std::set<std::string> both{"node-1", "node-2"};
  {
    running_node second{
        node_settings(authority, "node-2", token.path(), {seed})};
    CHECK(eventually([&] { return names_seen(first) == both; }));
    CHECK(eventually([&] { return names_seen(second) == both; }));
    // The figures of the other come with its first greeting.
    CHECK(eventually([&] {
      auto answer = ask_for_cluster(first);
      const auto& other = answer["nodes"][1];
      return std::string{other["publicUrl"].GetString()}
             == "http://node-2.example";
    }));
    auto answer = ask_for_cluster(first);
    CHECK(answer["nodes"][1]["media"].GetString()
          == "127.0.0.1:" + std::to_string(second.server.rtc_port()));
    CHECK(std::string{answer["nodes"][1]["incarnation"].GetString()} != "0");
    CHECK(metrics_of(first).find(
              "\ntroupe_cluster_nodes{state=\"connected\"} 1\n")
          != std::string::npos);
    // Datagrams of full size pass between the two ports for media.
    for (const auto* node : {&first, &second})
      CHECK(eventually([&] {
        return std::string{
                   ask_for_cluster(*node)["nodes"][1]["udp"].GetString()}
               == "works";
      }));
    second.server.drain(std::chrono::hours{1});
    CHECK(eventually([&] {
      return ask_for_cluster(first)["nodes"][1]["draining"].GetBool();
    }));
    second.server.stop();
    CHECK(second.server.live_actors() == 0);
  }
  // It has said goodbye, so nobody waits for it.
  CHECK(eventually(
      [&] { return names_seen(first) == std::set<std::string>{"node-1"}; }));
  first.server.stop();
  CHECK(first.server.live_actors() == 0);
}

TEST_CASE("the admin API of a node answers for members on another one") {
  temporary_file token{node_token};
  cluster_certificates authority;
  running_node first{node_settings(authority, "node-1", token.path())};
  auto seed = "127.0.0.1:" + std::to_string(first.server.cluster_port());
  // It is not the other node that checks the token.
  running_node second{node_settings(authority, "node-2", "", {seed})};
  live_client ann{second.port(), "daily", "ann"};
  ann.request("get-producers");
  live_client bob{second.port(), "daily", "bob"};
  ann.request("create-transport", R"({"direction":"send"})");
  ann.produce(audio_track(1001));
  bob.request("create-transport", R"({"direction":"recv"})");
  const auto consumer = text_at(bob.consume(), "/data/id");
  REQUIRE(eventually(
      [&] { return ask_api(first, "GET", "/rooms/daily").status == 200; }));
  const auto list = parse_json(ask_api(first, "GET", "/rooms").body);
  CHECK(text_at(list, "/rooms/0/id") == "daily");
  CHECK(text_at(list, "/rooms/0/nodes/0") == "node-2");
  auto reply =
      ask_api(first, "GET",
              "/rooms/daily/peers/bob/consumers/" + consumer + "/explain");
  CHECK(reply.status == 200);
  CHECK(text_at(parse_json(reply.body), "/id") == consumer);
  reply = ask_api(first, "GET", "/rooms/daily/peers/bob/stats");
  CHECK(reply.status == 200);
  CHECK(reply.body.find("outbound-rtp") != std::string::npos);
  CHECK(ask_api(first, "DELETE", "/rooms/daily/peers/bob").status == 204);
  CHECK(bob.close_code() == 4003);
  second.server.stop();
  CHECK(second.server.live_actors() == 0);
  first.server.stop();
  CHECK(first.server.live_actors() == 0);
}

TEST_CASE("a key of the cluster that is missing or wrong prevents the start") {
  quiet_log();
  cluster_certificates authority;
  auto settings = node_settings(authority, "node-1", "");
  SUBCASE("missing") {
    settings.cluster.ca = "";
    actors::node server{settings};
    auto failure = server.start();
    REQUIRE(failure);
    CHECK(failure->starts_with("cluster.ca is missing"));
  }
  SUBCASE("no certificate of that name") {
    settings.cluster.node = "node-2";
    actors::node server{settings};
    auto failure = server.start();
    REQUIRE(failure);
    CHECK(failure->starts_with("cluster.certificate"));
    CHECK(failure->find('\n') == std::string::npos);
  }
  SUBCASE("an address of another host") {
    // TEST-NET-3 (RFC 5737): no host has it.
    settings.cluster.listen = "203.0.113.77:0";
    actors::node server{settings};
    auto failure = server.start();
    REQUIRE(failure);
    CHECK(failure->find("203.0.113.77") != std::string::npos);
  }
}
