#include "actors/live_objects.hpp"
#include "any_client.hpp"
#include "live_client.hpp"
#include "running_node.hpp"
#include "temporary_file.hpp"
#include "tests/support/tokens.hpp"

using namespace troupe;
using namespace troupe::test;
using net::testing::http;
using net::testing::http_reply;

namespace {

const std::string json_type = "Content-Type: application/json\r\n";

const std::string me =
    R"({"id":"cam","displayName":"Camera","device":{"name":"FFmpeg"}})";

std::string track(uint32_t ssrc) {
  return R"({"kind":"audio","rtpParameters":{"codecs":[{"mimeType":)"
         R"("audio/opus","payloadType":100,"clockRate":48000,"channels":2,)"
         R"("parameters":{"sprop-stereo":1}}],"encodings":[{"ssrc":)"
         + std::to_string(ssrc) + "}]}}";
}

actors::config with_plain(uint32_t count) {
  auto out = loopback();
  out.rtc.plain_transports = count;
  return out;
}

struct scene {
  explicit scene(actors::config settings = loopback())
      : node(std::move(settings)) {}

  http_reply ask(const std::string& method, const std::string& path,
                 const std::string& body = {},
                 const std::string& headers = {}) {
    return http(node.port(), method, "/rooms/r" + path,
                (body.empty() ? "" : json_type) + headers, body);
  }

  json post(const std::string& path, const std::string& body = {}) {
    auto reply = ask("POST", path, body);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    return parse_json(reply.body);
  }

  running_node node;
};

/// A socket that sends from loopback.
struct sender {
  sender() : fd(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
  }

  ~sender() {
    ::close(fd);
  }

  void send(int port, const octets& x) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::sendto(fd, x.data(), x.size(), 0,
                     reinterpret_cast<sockaddr*>(&to), sizeof to)
            == static_cast<ssize_t>(x.size()));
  }

  int fd;
};

octets audio(uint32_t ssrc, uint16_t number) {
  rtp_builder x;
  x.ssrc = ssrc;
  x.payload_type = 100;
  x.sequence_number = number;
  x.timestamp = number * 960u;
  return x.build();
}

std::string dtls() {
  return "{" + some_dtls_parameters() + "}";
}

} // namespace

TEST_CASE("a broadcaster comes, sends and goes, all by HTTP requests") {
  scene at;
  CHECK(text_at(parse_json(at.ask("GET", "").body), "/codecs/0/mimeType")
        == "audio/opus");
  any_client ann{at.node.port(), wording::protoo, "r", "ann"};
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
  auto offered = ann.demand("newConsumer");
  CHECK(text_at(offered, "/data/producerId") == producer);
  CHECK(text_at(offered, "/data/peerId") == "cam");
  CHECK(at.ask("DELETE", "/broadcasters/cam").status == 200);
  CHECK(at.ask("DELETE", "/broadcasters/cam").status == 404);
}

TEST_CASE("those who speak other dialects see a broadcaster like anybody") {
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

TEST_CASE("a broadcaster is told of those producers that it could consume") {
  scene at;
  live_client bob{at.node.port(), "r", "bob"};
  bob.request("create-transport", R"({"direction":"send"})");
  bob.request("produce", "{" + audio_track(1) + "}");
  bob.request("produce", "{" + video_track(2, "1") + "}");
  auto told = [&](const std::string& id, const std::string& capabilities) {
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
  CHECK(told("all", at.ask("GET", "").body) == "audio video ");
  CHECK(told("ears", R"({"codecs":[{"kind":"audio","mimeType":"audio/opus",)"
                     R"("clockRate":48000,"channels":2,)"
                     R"("preferredPayloadType":100}],"headerExtensions":[]})")
        == "audio ");
}

TEST_CASE("a broadcaster has its own things only, and is there once") {
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
  // Nor can one be somebody who is there.
  live_client bob{at.node.port(), "r", "bob"};
  bob.request("get-producers");
  CHECK(at.ask("POST", "/broadcasters", R"({"id":"bob","displayName":"B"})")
            .status
        == 403);
  CHECK(bob.request("get-producers").HasMember("type"));
}

TEST_CASE("pages of other origins cannot make broadcasters") {
  auto settings = loopback();
  settings.http.allowed_origins = {"https://meet.example.org"};
  scene at{settings};
  auto from = [&](const std::string& origin) {
    return at.ask("POST", "/broadcasters", me, "Origin: " + origin + "\r\n")
        .status;
  };
  CHECK(from("https://evil.example.org") == 403);
  CHECK(from("https://meet.example.org") == 200);
  // Without a list, their pages can send no JSON unasked.
  auto form = http(at.node.port(), "POST", "/rooms/r/broadcasters",
                   "Content-Type: text/plain\r\n", me);
  CHECK(form.status == 415);
}

TEST_CASE("a moderator puts a broadcaster out") {
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

TEST_CASE("plain transports are there only where the operator wants them") {
  scene at;
  at.post("/broadcasters", me);
  auto reply =
      at.ask("POST", "/broadcasters/cam/transports", R"({"type":"plain"})");
  CHECK(reply.status == 501);
  CHECK(reply.body.find("rtc.plain-transports") != std::string::npos);
}

TEST_CASE("bare RTP from the first who sends it reaches a browser") {
  scene at{with_plain(1)};
  live_client bob{at.node.port(), "r", "bob"};
  live_transport recv{client_dtls()};
  bob.open(recv, "recv", client_dtls());
  at.post("/broadcasters", me);
  auto made = at.post("/broadcasters/cam/transports",
                      R"({"type":"plain","comedia":true,"rtcpMux":false})");
  CHECK(text_at(made, "/ip") == "127.0.0.1");
  auto port = static_cast<int>(number_at(made, "/port"));
  CHECK(number_at(made, "/rtcpPort") != port);
  // There may be one at a time.
  CHECK(at.ask("POST", "/broadcasters/cam/transports", R"({"type":"plain"})")
            .status
        == 429);
  auto path = "/broadcasters/cam/transports/" + text_at(made, "/id");
  at.post(path + "/producers", track(1111));
  bob.push("new-producer");
  auto consumed = bob.consume();
  CHECK(text_at(consumed, "/data/kind") == "audio");
  REQUIRE(drive({&recv}, [&] { return recv.connected(); }));
  sender cam;
  sender thief;
  uint16_t number = 65'500; // crosses 65535 to 0
  // Who knows no SSRC is nobody, even if he is the first.
  thief.send(port, audio(6666, 1));
  REQUIRE(drive({&recv}, [&] {
    cam.send(port, audio(1111, number++));
    return recv.rtp.size() >= 60;
  }));
  // Nor does knowing it later help.
  auto before = recv.rtp.size();
  for (uint16_t i = 0; i < 50; ++i)
    thief.send(port, audio(1111, static_cast<uint16_t>(number + 1000 + i)));
  cam.send(port, audio(1111, number++));
  REQUIRE(drive({&recv}, [&] { return recv.rtp.size() > before; }));
  CHECK(recv.rtp.size() < before + 10);
  // It takes no consumers, and has neither ICE nor DTLS.
  auto wants = path + "/consume?producerId=x";
  CHECK(at.ask("POST", wants).status >= 400);
  CHECK(at.ask("POST", path + "/connect", dtls()).status == 409);
  CHECK(at.ask("DELETE", "/broadcasters/cam").status == 200);
  bob.push("producer-closed");
  // Its place is free again.
  at.post("/broadcasters", me);
  CHECK(eventually([&] {
    return at.ask("POST", "/broadcasters/cam/transports",
                  R"({"type":"plain","rtcpMux":true})")
               .status
           == 200;
  }));
}

TEST_CASE("a server that ends takes its broadcasters with it") {
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

TEST_CASE("where tokens are wanted, each request shows one that fits") {
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
