#include "actors/http/admin_api.hpp"

#include "tests/actors/support/admin_api_scene.hpp"

#include <rapidjson/schema.h>

#include <algorithm>
#include <set>

using namespace troupe;
using namespace troupe::test;
using namespace troupe::test::admin;
using net::testing::http;
using net::testing::http_reply;

namespace {

/// Why `body` differs from `response` of the description; empty if it matches.
std::string mismatch(const json& description, const rapidjson::Value& response,
                     const std::string& body) {
  if (!response.HasMember("content"))
    return body.empty() ? "" : "a body where none is described";
  if (response["content"].HasMember("application/sdp"))
    return body.starts_with("v=0\r\n") ? "" : "no SDP: " + body;
  json schema;
  auto& allocator = schema.GetAllocator();
  schema.CopyFrom(response["content"]["application/json"]["schema"], allocator);
  // A reference is resolved within one document.
  rapidjson::Value components;
  components.CopyFrom(description["components"], allocator);
  json whole;
  whole.SetObject();
  rapidjson::Value all{rapidjson::kArrayType};
  all.PushBack(schema, allocator);
  whole.AddMember("allOf", all, allocator);
  whole.AddMember("components", components, allocator);
  rapidjson::SchemaDocument compiled{whole};
  rapidjson::SchemaValidator validator{compiled};
  json document;
  document.Parse(body.c_str());
  if (document.HasParseError())
    return "no JSON: " + body;
  if (document.Accept(validator))
    return "";
  rapidjson::StringBuffer where;
  validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
  return std::string{"not as described at "} + where.GetString() + " ("
         + validator.GetInvalidSchemaKeyword() + "): " + body;
}

} // namespace

TEST_CASE("every admin response matches docs/openapi.json") {
  scene on{true, {good_page}};
  auto description = read_description();
  size_t answers = 0;
  for (const auto& path : description["paths"].GetObject())
    for (const auto& operation : path.value.GetObject())
      for (const auto& response : operation.value["responses"].GetObject()) {
        auto method = upper(operation.name.GetString());
        std::string target = path.name.GetString();
        auto status = std::stoi(response.name.GetString());
        CAPTURE(method);
        CAPTURE(target);
        CAPTURE(status);
        // Parts of files: see recording_downloads_test.cpp.
        if (status == 206 || status == 416)
          continue;
        auto reply = provoke(on, method, target, status);
        CHECK(reply.status == status);
        CHECK(mismatch(description, response.value, reply.body) == "");
        const auto sdp = target.ends_with("/sdp") && status == 200;
        if (!reply.body.empty())
          CHECK(reply.header("Content-Type")
                == (sdp ? "application/sdp" : "application/json"));
        ++answers;
      }
  CHECK(answers > 50);
}

TEST_CASE("what a node answers for another one is as described, too") {
  admin_nodes on;
  probe_client ann{on.nodes.node(0)};
  probe_client bob{on.nodes.node(1)};
  probe_client carl{on.nodes.node(1)};
  ann.get<protocol::reply::joined>(join_as("ann", "both"));
  bob.send(join_as("bob", "both"));
  carl.get<protocol::reply::joined>(join_as("carl", "far"));
  on.nodes.settle();
  auto description = read_description();
  const auto check = [&](const std::string& path, const std::string& room,
                         const std::string& peer) {
    const auto reply = on.ask(0, "GET", concrete(path, room, peer));
    CAPTURE(path);
    CHECK(reply.status == 200);
    const auto& all = description["paths"][path.c_str()]["get"]["responses"];
    CHECK(mismatch(description, all["200"], reply.body) == "");
    return reply.body;
  };
  for (std::string path :
       {"/rooms/{room}", "/rooms/{room}/stats", "/rooms/{room}/peers",
        "/rooms/{room}/peers/{peer}", "/rooms/{room}/peers/{peer}/stats"}) {
    check(path, "both", "ann");
    check(path, "both", "bob");
    check(path, "far", "carl");
  }
  CHECK(check("/rooms", "", "").find("\"nodes\"") != std::string::npos);
  on.bridge.fake = [](const actors::ask_node&) {
    return actors::node_answer{actors::ask_fault::timeout, 0, {}, {}};
  };
  for (std::string path : {"/rooms", "/rooms/{room}/stats"})
    CHECK(check(path, "both", "").find("\"unanswered\"") != std::string::npos);
}

TEST_CASE("docs/openapi.json describes every route and no other") {
  scene on;
  auto description = read_description();
  CHECK(text_at(description, "/servers/0/url") == actors::admin_prefix);
  std::set<std::string> described;
  for (const auto& path : description["paths"].GetObject())
    for (const auto& operation : path.value.GetObject())
      described.insert(upper(operation.name.GetString()) + " "
                       + path.name.GetString());
  std::set<std::string> served;
  for (const auto& x : actors::admin_routes())
    served.insert(std::string{x.method} + " " + std::string{x.path});
  CHECK(served == described);
  for (const auto& path : description["paths"].GetObject())
    for (std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
      std::string target = path.name.GetString();
      if (described.contains(method + " " + target))
        continue;
      CAPTURE(method);
      CAPTURE(target);
      CHECK(on.ask(method, target_of(on, target)).status == 405);
    }
}

TEST_CASE("a response body that violates the description is detected") {
  auto description = read_description();
  const auto& response =
      description["paths"]["/rooms"]["get"]["responses"]["200"];
  CHECK(mismatch(description, response, R"({"rooms":[]})") == "");
  for (auto body : {"{}", "[]", R"({"rooms":{}})", R"({"rooms":[{}]})",
                    R"({"rooms":[],"more":1})"})
    CHECK(mismatch(description, response, body) != "");
}

TEST_CASE("the admin API is off without a token file") {
  scene off{false};
  CHECK(off.ask("GET", "/rooms").status == 404);
  CHECK(off.ask("GET", "/rooms", bearer("")).status == 404);
  CHECK(off.ask("GET", "/nothing").status == 404);
}

TEST_CASE("rooms are listed in pages, ordered by name") {
  scene on;
  std::vector<live_client> people;
  for (std::string room : {"c", "a", "b"})
    people.emplace_back(on.port(), room, "ann");
  for (auto& x : people)
    x.request("get-producers");
  auto page = on.get("/rooms?limit=2");
  REQUIRE(page["rooms"].Size() == 2);
  CHECK(text_at(page, "/rooms/0/id") == "a");
  CHECK(text_at(page, "/rooms/1/id") == "b");
  CHECK(text_at(page, "/next") == "b");
  page = on.get("/rooms?limit=2&after=b");
  REQUIRE(page["rooms"].Size() == 1);
  CHECK(text_at(page, "/rooms/0/id") == "c");
  CHECK_FALSE(page.HasMember("next"));
  CHECK(on.get("/rooms?after=c")["rooms"].Empty());
}

TEST_CASE("an operator sees members, producers and figures") {
  scene on;
  on.bring_back_both();
  auto room = on.get("/rooms/daily");
  CHECK(number_at(room, "/members") == 2);
  CHECK(number_at(room, "/audioProducers") == 1);
  CHECK(text_at(room, "/hostId") == "ann");
  auto ann = on.get("/rooms/daily/peers/ann");
  CHECK(ann["moderator"].GetBool());
  CHECK_FALSE(ann["audioMuted"].GetBool());
  CHECK(text_at(ann, "/producers/0/kind") == "audio");
  auto stats = on.get("/rooms/daily/peers/bob/stats");
  std::set<std::string> types;
  for (const auto& x : stats["stats"].GetArray())
    types.insert(x["type"].GetString());
  CHECK(types.contains("transport"));
  CHECK(types.contains("outbound-rtp"));
  auto figures = on.get("/stats");
  CHECK(number_at(figures, "/rooms") == 1);
  CHECK(number_at(figures, "/peers") == 2);
}

TEST_CASE("an operator sees why a consumer receives what it receives") {
  scene on;
  on.bring_back_both();
  const auto target = "/rooms/daily/peers/bob/consumers/" + on.bobs_consumer;
  auto why = on.get(target + "/explain");
  CHECK(text_at(why, "/id") == on.bobs_consumer);
  CHECK(text_at(why, "/reason") == "wanted");
  CHECK(why["decisions"].Empty());
  CHECK(on.ask("POST", "/rooms/daily/peers/ann/mute").status == 204);
  on.bob->push("producer-paused");
  why = on.get(target + "/explain");
  CHECK(text_at(why, "/reason") == "paused");
  CHECK(why["producerPaused"].GetBool());
  REQUIRE(why["decisions"].Size() == 1);
  CHECK(text_at(why, "/decisions/0/reason") == "paused");
  // Wall-clock time in milliseconds: later than when this test was written.
  CHECK(why["decisions"][0]["timestamp"].GetDouble() > 1.7e12);
  CHECK(on.ask("GET", "/rooms/daily/peers/ann/consumers/" + on.bobs_consumer
                          + "/explain")
            .status
        == 404);
}

TEST_CASE(
    "an operator mutes members, locks rooms, kicks members and ends rooms") {
  scene on;
  on.bring_back_both();
  CHECK(on.ask("POST", "/rooms/daily/peers/ann/mute?kind=video").status == 204);
  CHECK(on.ask("POST", "/rooms/daily/peers/ann/mute").status == 204);
  on.bob->push("producer-paused");
  CHECK(on.get("/rooms/daily/peers/ann")["audioMuted"].GetBool());

  CHECK(on.ask("POST", "/rooms/daily/lock").status == 204);
  CHECK(on.get("/rooms/daily")["locked"].GetBool());
  CHECK_FALSE(on.get("/rooms/daily")["lobby"].GetBool());
  CHECK(on.get("/rooms/daily")["waiting"].GetInt() == 0);
  live_client late{on.port(), "daily", "late"};
  CHECK(late.close_code() == 1008);
  CHECK(on.ask("DELETE", "/rooms/daily/lock").status == 204);
  CHECK_FALSE(on.get("/rooms/daily")["locked"].GetBool());

  CHECK(on.ask("DELETE", "/rooms/daily/peers/bob").status == 204);
  CHECK(on.bob->close_code() == 4003);
  CHECK(on.ask("GET", "/rooms/daily/peers/bob").status == 404);
  CHECK(on.ask("DELETE", "/rooms/daily").status == 204);
  CHECK(on.ann->close_code() == 4004);
}

TEST_CASE(
    "a page of another origin can use the API only if its origin is listed") {
  const auto foreign = "Origin: https://evil.example.org\r\n";
  scene closed;
  auto reply = closed.ask("GET", "/rooms", bearer(token) + foreign);
  CHECK(reply.status == 403);
  CHECK(reply.header("Access-Control-Allow-Origin").empty());
  CHECK(reply.body
        == R"({"error":{"code":"forbidden","message":"Origin )"
           R"(https://evil.example.org not allowed: set http.allowed-origins )"
           R"(= https://evil.example.org on the server"}})");
  CHECK(closed.ask("OPTIONS", "/rooms", foreign).status == 403);

  scene listed{true, {good_page}};
  const auto good = "Origin: " + good_page + "\r\n";
  reply = listed.ask("GET", "/rooms", bearer(token) + good);
  CHECK(reply.status == 200);
  CHECK(reply.header("Access-Control-Allow-Origin") == good_page);
  reply = listed.ask("OPTIONS", "/rooms", good);
  CHECK(reply.status == 204);
  CHECK(reply.header("Access-Control-Allow-Headers") == "Authorization");
  reply = listed.ask("OPTIONS", "/rooms", foreign);
  CHECK(reply.status == 403);
  CHECK(reply.header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("a missing, empty or short token file prevents the start") {
  auto failure = [](const std::string& path) {
    actors::admin_settings out;
    auto why = actors::read_admin_token({path}, out);
    CHECK(out.enabled == !why.has_value());
    return why.value_or("");
  };
  CHECK(failure("/nonexistent/token")
            .starts_with("admin.token-file /nonexistent/token: No such file"));
  temporary_file blank{"\n"};
  CHECK(failure(blank.path()).starts_with("admin.token-file " + blank.path()));
  temporary_file weak{"fifteen letters"};
  CHECK(failure(weak.path()).find("16 characters") != std::string::npos);
  temporary_file fine{"sixteen letters!\n"};
  CHECK(failure(fine.path()).empty());
}
