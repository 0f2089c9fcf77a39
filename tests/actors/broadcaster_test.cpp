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

  uint16_t port() const {
    sockaddr_in self{};
    socklen_t size = sizeof self;
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&self), &size) == 0);
    return ntohs(self.sin_port);
  }

  // What has come, with the port it came from; nothing without waiting.
  std::optional<std::pair<octets, int>> receive() {
    octets out(2048);
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto got = ::recvfrom(fd, out.data(), out.size(), MSG_DONTWAIT,
                          reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0)
      return std::nullopt;
    out.resize(static_cast<size_t>(got));
    return std::pair{std::move(out), int{ntohs(from.sin_port)}};
  }

  int fd;
};

octets sound(uint32_t ssrc, uint16_t number) {
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
  thief.send(port, sound(6666, 1));
  REQUIRE(drive({&recv}, [&] {
    cam.send(port, sound(1111, number++));
    return recv.rtp.size() >= 60;
  }));
  // Nor does knowing it later help.
  auto before = recv.rtp.size();
  for (uint16_t i = 0; i < 50; ++i)
    thief.send(port, sound(1111, static_cast<uint16_t>(number + 1000 + i)));
  cam.send(port, sound(1111, number++));
  REQUIRE(drive({&recv}, [&] { return recv.rtp.size() > before; }));
  CHECK(recv.rtp.size() < before + 10);
  // It has neither ICE nor DTLS.
  auto wants = path + "/consume?producerId=x";
  CHECK(at.ask("POST", wants).status >= 400);
  CHECK(at.ask("POST", path + "/connect", dtls()).status == 409);
  CHECK(at.ask("DELETE", "/broadcasters/cam").status == 200);
  bob.push("producer-closed");
  // Its place is free again.
  CHECK(eventually(
      [&] { return at.ask("POST", "/broadcasters", me).status == 200; }));
  CHECK(eventually([&] {
    return at.ask("POST", "/broadcasters/cam/transports",
                  R"({"type":"plain","rtcpMux":true})")
               .status
           == 200;
  }));
}

namespace {

/// True once in that time.
auto every(std::chrono::milliseconds time) {
  return [time, due = std::chrono::steady_clock::now()]() mutable {
    if (std::chrono::steady_clock::now() < due)
      return false;
    due += time;
    return true;
  };
}

/// One broadcaster that sends bare RTP, and one that receives some.
struct relay : scene {
  explicit relay(bool mux) : scene(with_plain(2)) {
    post("/broadcasters", me);
    auto made = post("/broadcasters/cam/transports", R"({"type":"plain"})");
    in = static_cast<int>(number_at(made, "/port"));
    in_rtcp = static_cast<int>(number_at(made, "/rtcpPort"));
    source = text_at(post("/broadcasters/cam/transports/" + text_at(made, "/id")
                              + "/producers",
                          track(1111)),
                     "/id");
    post("/broadcasters", R"({"id":"ear","displayName":"Ear",)"
                          R"("rtpCapabilities":)"
                              + ask("GET", "").body + "}");
    made = post("/broadcasters/ear/transports",
                std::string{R"({"type":"plain","comedia":false,"rtcpMux":)"}
                    + (mux ? "true}" : "false}"));
    out = static_cast<int>(number_at(made, "/port"));
    if (!mux)
      out_rtcp = static_cast<int>(number_at(made, "/rtcpPort"));
    path = "/broadcasters/ear/transports/" + text_at(made, "/id");
  }

  http_reply connect(const std::string& where) {
    return ask("POST", path + "/connect", where);
  }

  // Feeds the sender until `enough` holds of what `to` has had.
  template <class F>
  bool pump(sender& to, F enough) {
    return eventually([&] {
      if (pulse())
        cam.send(in, sound(1111, number++));
      while (auto x = to.receive())
        came.push_back(std::move(*x));
      return enough();
    });
  }

  sender cam;
  decltype(every({})) pulse = every(std::chrono::milliseconds{2});
  uint16_t number = 65'500; // crosses 65535 to 0
  int in = 0;
  int in_rtcp = 0;
  int out = 0;
  int out_rtcp = 0;
  std::string source;
  std::string path;
  std::vector<std::pair<octets, int>> came;
};

// RFC 3550, section 6.4.1.
octets sender_report(uint8_t ssrc_high, uint8_t ssrc_low) {
  octets out{0x80, 200, 0, 6, 0, 0, ssrc_high, ssrc_low, 0xe8};
  out.resize(28);
  return out;
}

bool is_rtcp(const octets& x) {
  return x.at(1) >= 192 && x.at(1) <= 223;
}

} // namespace

TEST_CASE("a broadcaster receives bare RTP where it says that it is") {
  relay at{true};
  sender ear;
  auto consumed = at.post(at.path + "/consume?producerId=" + at.source);
  CHECK(text_at(consumed, "/kind") == "audio");
  auto ssrc = static_cast<uint32_t>(
      number_at(consumed, "/rtpParameters/encodings/0/ssrc"));
  for (auto bad : {"nowhere", "0.0.0.0", "239.1.1.1", "ff02::1"})
    CHECK(at.connect("{\"port\":5,\"ip\":" + quoted(bad) + "}").status == 400);
  auto here = R"({"ip":"127.0.0.1","port":)" + std::to_string(ear.port()) + "}";
  CHECK(at.connect(here).status == 200);
  CHECK(at.connect(here).status == 409);
  REQUIRE(at.pump(ear, [&] { return at.came.size() >= 40; }));
  std::vector<uint16_t> numbers;
  for (const auto& [packet, from] : at.came) {
    CHECK(from == at.out);
    if (is_rtcp(packet))
      continue;
    CHECK(net::load_u32(&packet[8]) == ssrc);
    numbers.push_back(net::load_u16(&packet[2]));
  }
  REQUIRE(numbers.size() > 30);
  for (size_t i = 1; i < numbers.size(); ++i)
    CHECK(static_cast<int16_t>(numbers[i] - numbers[i - 1]) > 0);
}

TEST_CASE("without a common port RTCP has one of its own, both ways") {
  relay at{false};
  sender ear;
  sender ear_rtcp;
  CHECK(at.connect(R"({"ip":"127.0.0.1","port":5})").status == 400);
  CHECK(at.connect(R"({"ip":"127.0.0.1","port":)" + std::to_string(ear.port())
                   + R"(,"rtcpPort":)" + std::to_string(ear_rtcp.port()) + "}")
            .status
        == 200);
  at.post(at.path + "/consume?producerId=" + at.source);
  REQUIRE(at.pump(ear, [&] { return at.came.size() >= 40; }));
  for (const auto& [packet, from] : at.came) {
    CHECK(from == at.out);
    CHECK_FALSE(is_rtcp(packet));
  }
  // What the sender reports goes on, as a report of the stream sent.
  at.came.clear();
  at.cam.send(at.in_rtcp, sender_report(1111 / 256, 1111 % 256));
  REQUIRE(at.pump(ear_rtcp, [&] { return !at.came.empty(); }));
  CHECK(at.came.front().second == at.out_rtcp);
  CHECK(is_rtcp(at.came.front().first));
}

TEST_CASE("who is learnt by what it sends receives there") {
  scene at{with_plain(2)};
  auto join = [&](const std::string& id, uint32_t ssrc) {
    at.post("/broadcasters", R"({"displayName":"C","id":)" + quoted(id)
                                 + R"(,"rtpCapabilities":)"
                                 + at.ask("GET", "").body + "}");
    auto path = "/broadcasters/" + id + "/transports";
    auto made = at.post(path, R"({"type":"plain","rtcpMux":true})");
    path += "/" + text_at(made, "/id");
    auto track_id = text_at(at.post(path + "/producers", track(ssrc)), "/id");
    return std::tuple{static_cast<int>(number_at(made, "/port")), path,
                      track_id};
  };
  auto [port, path, mine] = join("cam", 1111);
  auto [other_port, other_path, others] = join("far", 2222);
  at.post(path + "/consume?producerId=" + others);
  CHECK(
      at.ask("POST", path + "/connect", R"({"ip":"127.0.0.1","port":5})").status
      == 409);
  sender cam;
  sender far;
  auto pulse = every(std::chrono::milliseconds{2});
  uint16_t number = 0;
  bool begun = false;
  int came = 0;
  REQUIRE(eventually([&] {
    if (pulse())
      far.send(other_port, sound(2222, number++));
    if (number == 20 && !std::exchange(begun, true)) {
      CHECK_FALSE(cam.receive());
      cam.send(port, sound(1111, 1));
    }
    while (cam.receive())
      ++came;
    return came >= 20;
  }));
  CHECK(begun);
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
