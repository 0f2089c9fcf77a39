#include "tests/actors/support/broadcaster_scene.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace troupe::test::broadcast;

TEST_CASE("a broadcaster joins, sends and leaves by HTTP requests alone") {
  scene at;
  CHECK(text_at(parse_json(at.ask("GET", "").body), "/codecs/0/mimeType")
        == "audio/opus");
  any_client ann{at.node.port(), framing::protoo, "r", "ann"};
  auto caps =
      to_text(ann.request("getRouterRtpCapabilities", "{}").data["data"]);
  ann.request("createWebRtcTransport",
              R"({"producing":false,"consuming":true})");
  ann.request("join", R"({"displayName":"Ann","device":{},"rtpCapabilities":)"
                          + caps + "}");
  at.post("/broadcasters", me);
  auto made = at.post("/broadcasters/cam/transports", R"({"type":"webrtc"})");
  auto id = text_at(made, "/id");
  CHECK_FALSE(text_at(made, "/iceParameters/usernameFragment").empty());
  auto path = "/broadcasters/cam/transports/" + id;
  at.post(path + "/connect", dtls());
  CHECK(at.ask("POST", path + "/connect", dtls()).status == 409);
  auto producer = text_at(at.post(path + "/producers", track(7)), "/id");
  auto offered = ann.accept_request("newConsumer");
  CHECK(text_at(offered, "/data/producerId") == producer);
  CHECK(text_at(offered, "/data/peerId") == "cam");
  CHECK(at.ask("DELETE", "/broadcasters/cam").status == 200);
  CHECK(at.ask("DELETE", "/broadcasters/cam").status == 404);
}

TEST_CASE("clients of other dialects see a broadcaster like any member") {
  scene at;
  live_client bob{at.node.port(), "r", "bob"};
  bob.request("get-producers");
  at.post("/broadcasters", me);
  CHECK(text_at(bob.push("participant-joined"), "/data/peerId") == "cam");
  auto id = text_at(
      at.post("/broadcasters/cam/transports", R"({"type":"webrtc"})"), "/id");
  at.post("/broadcasters/cam/transports/" + id + "/producers", track(7));
  CHECK(text_at(bob.push("new-producer"), "/data/peerId") == "cam");
  CHECK(at.ask("DELETE", "/broadcasters/cam").status == 200);
  CHECK(text_at(bob.push("participant-left"), "/data/peerId") == "cam");
  // The id is free again at once.
  at.post("/broadcasters", me);
  CHECK(text_at(bob.push("participant-joined"), "/data/peerId") == "cam");
}

TEST_CASE("a broadcaster is sent only the producers that it could consume") {
  scene at;
  live_client bob{at.node.port(), "r", "bob"};
  bob.request("create-transport", R"({"direction":"send"})");
  bob.request("produce", "{" + audio_track(1) + "}");
  bob.request("produce", "{" + video_track(2, "1") + "}");
  auto offered_kinds = [&](const std::string& id,
                           const std::string& capabilities) {
    auto reply = at.post("/broadcasters", R"({"id":)" + quoted(id)
                                              + R"(,"displayName":"C",)"
                                                R"("rtpCapabilities":)"
                                              + capabilities + "}");
    REQUIRE(text_at(reply, "/peers/0/id") == "bob");
    std::string out;
    for (const auto& x : reply["peers"][0]["producers"].GetArray())
      out += text_at(x, "/kind") + " ";
    return out;
  };
  CHECK(offered_kinds("all", at.ask("GET", "").body) == "audio video ");
  CHECK(offered_kinds("ears",
                      R"({"codecs":[{"kind":"audio","mimeType":"audio/opus",)"
                      R"("clockRate":48000,"channels":2,)"
                      R"("preferredPayloadType":100}],"headerExtensions":[]})")
        == "audio ");
}

TEST_CASE(
    "a broadcaster can use only its own transports, and its id is unique") {
  scene at;
  CHECK(at.ask("POST", "/broadcasters/cam/transports", R"({"type":"webrtc"})")
            .status
        == 404);
  at.post("/broadcasters", me);
  CHECK(at.ask("POST", "/broadcasters", me).status == 409);
  auto id = text_at(
      at.post("/broadcasters/cam/transports", R"({"type":"webrtc"})"), "/id");
  at.post("/broadcasters", R"({"id":"dog","displayName":"Dog"})");
  CHECK(at.ask("POST", "/broadcasters/dog/transports/" + id + "/producers",
               track(7))
            .status
        == 404);
  // Its id cannot be that of a present member, either.
  live_client bob{at.node.port(), "r", "bob"};
  bob.request("get-producers");
  CHECK(at.ask("POST", "/broadcasters", R"({"id":"bob","displayName":"B"})")
            .status
        == 403);
  CHECK(bob.request("get-producers").HasMember("type"));
}

TEST_CASE("a page of another origin cannot create a broadcaster") {
  auto settings = loopback();
  settings.http.allowed_origins = {"https://meet.example.org"};
  scene at{settings};
  auto from = [&](const std::string& origin) {
    return at.ask("POST", "/broadcasters", me, "Origin: " + origin + "\r\n")
        .status;
  };
  CHECK(from("https://evil.example.org") == 403);
  CHECK(from("https://meet.example.org") == 200);
  // It cannot send JSON either if the browser sends no Origin header.
  auto form = http(at.node.port(), "POST", "/rooms/r/broadcasters",
                   "Content-Type: text/plain\r\n", me);
  CHECK(form.status == 415);
}

TEST_CASE("a moderator removes a broadcaster") {
  scene at;
  live_client bob{at.node.port(), "r", "bob"};
  bob.request("get-producers");
  at.post("/broadcasters", me);
  bob.push("participant-joined");
  bob.request("kick", R"({"peerId":"cam"})");
  bob.push("participant-left");
  CHECK(eventually(
      [&] { return at.ask("DELETE", "/broadcasters/cam").status == 404; }));
}

TEST_CASE("a server that stops removes its broadcasters") {
  auto baseline = actors::live_object::count(actors::object_kind::peer);
  {
    scene at{with_plain(4)};
    at.post("/broadcasters", me);
    at.post("/broadcasters/cam/transports", R"({"type":"plain"})");
    at.post("/broadcasters/cam/transports", R"({"type":"webrtc"})");
    CHECK(actors::live_object::count(actors::object_kind::peer)
          == baseline + 1);
    at.node.server.stop();
    CHECK(at.node.server.live_actors() == 0);
  }
  CHECK(actors::live_object::count(actors::object_kind::peer) == baseline);
  CHECK(actors::live_object::count(actors::object_kind::transport) == 0);
}

TEST_CASE("with tokens configured, each request must carry a valid token") {
  temporary_file secret{hs256_secret};
  auto settings = loopback();
  settings.auth.jwt = {"hs256"};
  settings.auth.jwt_secret_file = secret.path();
  scene at{settings};
  auto bearer = [](const std::string& user, const std::string& room) {
    return "Authorization: Bearer "
           + hs256_token(R"({"user":")" + user + R"(","room":")" + room + "\"}")
           + "\r\n";
  };
  auto mine = bearer("cam", "r");
  CHECK(at.ask("GET", "").status == 401);
  CHECK(at.ask("GET", "", {}, bearer("cam", "s")).status == 403);
  CHECK(at.ask("GET", "", {}, mine).status == 200);
  CHECK(at.ask("POST", "/broadcasters", me).status == 401);
  CHECK(at.ask("POST", "/broadcasters", me, bearer("dog", "r")).status == 403);
  CHECK(at.ask("POST", "/broadcasters", me, mine).status == 200);
  auto path = "/broadcasters/cam/transports";
  auto body = R"({"type":"webrtc"})";
  CHECK(at.ask("POST", path, body).status == 401);
  CHECK(at.ask("POST", path, body, bearer("dog", "r")).status == 403);
  CHECK(at.ask("POST", path, body, mine).status == 200);
  CHECK(at.ask("DELETE", "/broadcasters/cam").status == 401);
  CHECK(at.ask("DELETE", "/broadcasters/cam", {}, mine).status == 200);
}

TEST_CASE(
    "a broadcaster is found by room and id, whatever octets they contain") {
  scene at;
  auto ask = [&](const std::string& method, const std::string& path,
                 const std::string& body) {
    return http(at.node.port(), method, path, body.empty() ? "" : json_type,
                body)
        .status;
  };
  CHECK(ask("POST", "/rooms/a%00b/broadcasters",
            R"({"id":"c","displayName":"C"})")
        == 200);
  CHECK(ask("DELETE", "/rooms/a/broadcasters/b%00c", "") == 404);
  CHECK(ask("DELETE", "/rooms/a%00b/broadcasters/c", "") == 200);
}
