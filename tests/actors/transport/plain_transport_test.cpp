#include "rtp/rtcp/compound.hpp"
#include "tests/actors/support/broadcaster_scene.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace troupe::test::broadcast;
using namespace std::chrono_literals;

namespace {

// A server without trusted addresses: each must prove that it wants media.
actors::config wary() {
  auto out = with_plain(2);
  out.rtc.plain_trusted = {"none"};
  return out;
}

// A receiver report that echoes `report` (RFC 3550, section 6.4.2).
octets answer_to(const octets& report) {
  rtp::rtcp::report_block block;
  block.ssrc = rtp::ssrc{net::load_u32(&report.at(4))};
  block.last_sender_report = net::load_u32(&report.at(10));
  rtp::rtcp::compound_builder out;
  REQUIRE(out.add_receiver_report(rtp::ssrc{1}, {&block, 1}));
  return {out.bytes().begin(), out.bytes().end()};
}

} // namespace

TEST_CASE("plain transports exist only if the operator enables them") {
  scene at;
  at.post("/broadcasters", me);
  auto reply =
      at.ask("POST", "/broadcasters/cam/transports", R"({"type":"plain"})");
  CHECK(reply.status == 501);
  CHECK(reply.body.find("rtc.plain-transports") != std::string::npos);
}

TEST_CASE("plain RTP from the first known sender reaches a browser") {
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
  // The limit is one transport.
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
  // A sender without a known SSRC is ignored, even if it is the first.
  thief.send(port, sound(6666, 1));
  REQUIRE(drive({&recv}, [&] {
    cam.send(port, sound(1111, number++));
    return recv.rtp.size() >= 60;
  }));
  // It stays ignored when it learns the SSRC later.
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
  // The transport no longer counts against the limit.
  CHECK(eventually(
      [&] { return at.ask("POST", "/broadcasters", me).status == 200; }));
  CHECK(eventually([&] {
    return at.ask("POST", "/broadcasters/cam/transports",
                  R"({"type":"plain","rtcpMux":true})")
               .status
           == 200;
  }));
}

TEST_CASE("a broadcaster receives plain RTP at the address that it names") {
  relay at{true};
  sender receiver;
  auto consumed = at.post(at.path + "/consume?producerId=" + at.source);
  CHECK(text_at(consumed, "/kind") == "audio");
  auto ssrc = static_cast<uint32_t>(
      number_at(consumed, "/rtpParameters/encodings/0/ssrc"));
  for (auto bad : {"nowhere", "0.0.0.0", "239.1.1.1", "ff02::1"})
    CHECK(at.connect("{\"port\":5,\"ip\":" + quoted(bad) + "}").status == 400);
  auto here =
      R"({"ip":"127.0.0.1","port":)" + std::to_string(receiver.port()) + "}";
  CHECK(at.connect(here).status == 200);
  CHECK(at.connect(here).status == 409);
  REQUIRE(at.pump(receiver, [&] { return at.came.size() >= 40; }));
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

TEST_CASE("without rtcpMux RTCP has a port of its own in both directions") {
  relay at{false};
  sender receiver;
  sender ear_rtcp;
  CHECK(at.connect(R"({"ip":"127.0.0.1","port":5})").status == 400);
  CHECK(at.connect(R"({"ip":"127.0.0.1","port":)"
                   + std::to_string(receiver.port()) + R"(,"rtcpPort":)"
                   + std::to_string(ear_rtcp.port()) + "}")
            .status
        == 200);
  at.post(at.path + "/consume?producerId=" + at.source);
  REQUIRE(at.pump(receiver, [&] { return at.came.size() >= 40; }));
  for (const auto& [packet, from] : at.came) {
    CHECK(from == at.out);
    CHECK_FALSE(is_rtcp(packet));
  }
  // The sender's report is forwarded as a report of the forwarded stream.
  at.came.clear();
  at.cam.send(at.in_rtcp, sender_report(1111 / 256, 1111 % 256));
  REQUIRE(at.pump(ear_rtcp, [&] { return !at.came.empty(); }));
  CHECK(at.came.front().second == at.out_rtcp);
  CHECK(is_rtcp(at.came.front().first));
}

TEST_CASE("a client whose address is learnt from its packets receives there") {
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

TEST_CASE("the server does not send to an address that the operator forbids") {
  relay at{true};
  for (auto ip :
       {"203.0.113.7", "192.168.1.2", "169.254.169.254", "2001:db8::7"}) {
    auto refused = at.connect("{\"port\":5004,\"ip\":" + quoted(ip) + "}");
    CHECK(refused.status == 403);
    CHECK(refused.body.find("rtc.plain-destinations") != std::string::npos);
  }
  // The client may still name an allowed address.
  CHECK(at.connect(R"({"ip":"127.0.0.1","port":5004})").status == 200);
}

TEST_CASE("media flows to an address that responds") {
  relay at{true, wary()};
  sender receiver;
  at.post(at.path + "/consume?producerId=" + at.source);
  CHECK(at.connect(R"({"ip":"127.0.0.1","port":)"
                   + std::to_string(receiver.port()) + "}")
            .status
        == 200);
  auto begin = std::chrono::steady_clock::now();
  auto first = at.number;
  REQUIRE(at.pump(receiver, [&] {
    return static_cast<uint16_t>(at.number - first) >= 200 && !at.came.empty();
  }));
  // Five packets per elapsed second.
  auto seconds = (std::chrono::steady_clock::now() - begin) / 1s;
  CHECK(at.came.size() <= static_cast<size_t>(5 * (seconds + 2)));
  // A report is sent nevertheless, and the response to it proves the address.
  at.came.clear();
  at.cam.send(at.in_rtcp, sender_report(1111 / 256, 1111 % 256));
  auto report = [&] {
    return std::ranges::find_if(at.came,
                                [](const auto& x) { return is_rtcp(x.first); });
  };
  REQUIRE(at.pump(receiver, [&] { return report() != at.came.end(); }));
  auto wrong = report()->first;
  wrong[10] ^= 1;
  receiver.send(at.out, answer_to(wrong));
  receiver.send(at.out, answer_to(report()->first));
  at.came.clear();
  REQUIRE(at.pump(receiver, [&] { return at.came.size() >= 100; }));
}
