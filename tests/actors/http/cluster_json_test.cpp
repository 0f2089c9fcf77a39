#include "actors/http/cluster_json.hpp"

#include "tests/support/source_tree.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>

#include <fstream>
#include <iterator>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

rapidjson::Document parse_cluster(const std::optional<cluster_report>& x) {
  rapidjson::Document out;
  out.Parse(cluster_json(x).c_str());
  REQUIRE_FALSE(out.HasParseError());
  return out;
}

/// Whether docs/openapi.json describes the answer.
bool is_described(const rapidjson::Document& answer) {
  std::ifstream in{test::in_source_tree("docs/openapi.json")};
  REQUIRE(in.good());
  rapidjson::Document whole;
  whole.Parse(std::string{std::istreambuf_iterator<char>{in}, {}}.c_str());
  REQUIRE_FALSE(whole.HasParseError());
  const auto* schema =
      rapidjson::Pointer{"/components/schemas/Cluster"}.Get(whole);
  REQUIRE(schema);
  rapidjson::SchemaDocument compiled{*schema};
  rapidjson::SchemaValidator validator{compiled};
  return answer.Accept(validator);
}

cluster_report two_nodes() {
  node_report own;
  own.name = "node-1";
  own.media = "10.0.0.1:44444";
  node_report other;
  other.name = "node-2";
  other.incarnation = 18'446'744'073'709'551'615u;
  other.state = node_state::suspect;
  other.level = 1;
  other.load = 0.25;
  other.draining = true;
  other.public_url = "https://node-2.example";
  other.rooms = 3;
  other.members = 7;
  other.rtt = 250us;
  other.clock_offset = -12ms;
  other.since = 1'500ms;
  other.unacknowledged = 99;
  other.udp = udp_state::outgoing_lost;
  cluster_report out;
  out.cluster = "meet";
  out.nodes = {own, other};
  out.suspected = 1;
  out.port.refused[static_cast<size_t>(net::link_refusal::gate)] = 2;
  return out;
}

} // namespace

TEST_CASE("a server that is alone says so, and no more") {
  CHECK(cluster_json(std::nullopt) == R"({"enabled":false})");
  CHECK(is_described(parse_cluster(std::nullopt)));
}

TEST_CASE("the report of a cluster is as docs/openapi.json describes it") {
  auto x = parse_cluster(two_nodes());
  CHECK(is_described(x));
  x["nodes"][0].RemoveMember("name");
  CHECK_FALSE(is_described(x));
}

TEST_CASE("the report lists each node with its figures") {
  auto x = parse_cluster(two_nodes());
  CHECK(x["enabled"].GetBool());
  CHECK(std::string{x["cluster"].GetString()} == "meet");
  REQUIRE(x["nodes"].Size() == 2);
  CHECK(std::string{x["nodes"][0]["media"].GetString()} == "10.0.0.1:44444");
  const auto& other = x["nodes"][1];
  CHECK(std::string{other["name"].GetString()} == "node-2");
  CHECK(std::string{other["state"].GetString()} == "suspect");
  CHECK(std::string{other["incarnation"].GetString()}
        == "18446744073709551615");
  CHECK(other["load"].GetDouble() == 0.25);
  CHECK(other["draining"].GetBool());
  CHECK(other["members"].GetUint() == 7);
  CHECK(other["rttMs"].GetDouble() == doctest::Approx(0.25));
  CHECK(other["clockOffsetMs"].GetInt() == -12);
  CHECK(other["sinceMs"].GetInt() == 1'500);
  CHECK(std::string{other["udp"].GetString()} == "outgoing-lost");
  CHECK(x["suspected"].GetUint() == 1);
  CHECK(x["links"]["refused"]["gate"].GetUint() == 2);
}
