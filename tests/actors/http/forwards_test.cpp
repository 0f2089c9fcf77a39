// An operator forwards what a broadcaster sends, over real sockets.

#include "tests/actors/support/broadcaster_scene.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace troupe::test::broadcast;

namespace {

const std::string token = "a token for testers only";

actors::config forwarding(const std::string& token_file) {
  auto out = with_plain(1);
  out.admin.token_file = token_file;
  out.rtc.forward_allow = {"127.0.0.1"};
  return out;
}

/// A broadcaster that sends audio.
struct operated : scene {
  explicit operated(const temporary_file& file = temporary_file{token + "\n"})
      : scene(forwarding(file.path())) {
    post("/broadcasters", me);
    auto made = post("/broadcasters/cam/transports",
                     R"({"type":"plain","comedia":true,"rtcpMux":true})");
    in = static_cast<int>(number_at(made, "/port"));
    post("/broadcasters/cam/transports/" + text_at(made, "/id") + "/producers",
         track(1111));
  }

  http_reply admin(const std::string& method, const std::string& path,
                   const std::string& body = {}) {
    return http(node.port(), method, "/api/v1/rooms/r/forwards" + path,
                "Authorization: Bearer " + token + "\r\n", body);
  }

  // Starts a forward of audio to this port.
  json start(uint16_t port) {
    auto made = admin("POST", "",
                      R"({"peer":"cam","kinds":["audio"],)"
                      R"("address":"127.0.0.1","port":)"
                          + std::to_string(port) + "}");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    return parse_json(made.body);
  }

  // Sends audio, with a report each time, until `to` has received so many
  // packets.
  std::vector<octets> pump(sender& to, size_t count) {
    std::vector<octets> came;
    REQUIRE(eventually([&] {
      if (pulse()) {
        cam.send(in, sound(1111, number++));
        cam.send(in, sender_report(1111 / 256, 1111 % 256));
      }
      while (auto x = to.receive())
        came.push_back(std::move(x->first));
      return came.size() >= count;
    }));
    return came;
  }

  sender cam;
  decltype(every({})) pulse = every(std::chrono::milliseconds{2});
  uint16_t number = 65'500; // crosses 65535 to 0
  int in = 0;
};

} // namespace

TEST_CASE("an operator forwards a member's audio and ends it") {
  operated at;
  sender program;
  const auto made = at.start(program.port());
  const auto id = text_at(made, "/id");
  CHECK(text_at(made, "/tracks/0/codec") == "audio/opus");
  const auto ssrc = static_cast<uint32_t>(number_at(made, "/tracks/0/ssrc"));
  const auto type = static_cast<int>(number_at(made, "/tracks/0/payloadType"));
  uint16_t next = 0;
  bool first = true;
  for (const auto& packet : at.pump(program, 60)) {
    CHECK_FALSE(is_rtcp(packet));
    CHECK(net::load_u32(&packet[8]) == ssrc);
    CHECK((packet[1] & 0x7f) == type);
    CHECK((packet[0] & 0x10) == 0); // no header extension
    const auto sequence = net::load_u16(&packet[2]);
    if (!std::exchange(first, false))
      CHECK(sequence == next);
    next = static_cast<uint16_t>(sequence + 1);
  }
  const auto sdp = at.admin("GET", "/" + id + "/sdp");
  CHECK(sdp.status == 200);
  CHECK(sdp.header("Content-Type") == "application/sdp");
  CHECK(sdp.body.find("m=audio " + std::to_string(program.port()) + " RTP/AVP ")
        != std::string::npos);
  CHECK(sdp.body.find("a=rtpmap:" + std::to_string(type) + " opus/48000/2")
        != std::string::npos);
  CHECK(at.admin("POST", "/" + id + "/key-frame").status == 204);
  CHECK(at.admin("GET", "/" + id).body.find(id) != std::string::npos);
  CHECK(at.admin("GET", "").body.find(id) != std::string::npos);
  CHECK(at.admin("DELETE", "/" + id).status == 204);
  CHECK(at.admin("DELETE", "/" + id).status == 404);
  CHECK(at.admin("GET", "/" + id + "/sdp").status == 404);
  CHECK(parse_json(at.admin("GET", "").body)["forwards"].Empty());
}

TEST_CASE("the RTCP of a forward goes to the port after its RTP") {
  operated at;
  sender program;
  const auto made = at.start(static_cast<uint16_t>(program.port() - 1));
  CHECK(number_at(made, "/tracks/0/rtcpPort") == program.port());
  const auto reports = at.pump(program, 1);
  CHECK(is_rtcp(reports[0]));
  CHECK(net::load_u32(&reports[0][4])
        == static_cast<uint32_t>(number_at(made, "/tracks/0/ssrc")));
}
