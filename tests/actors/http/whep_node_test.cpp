// WHEP on a whole node: tokens, and real media.
#include "tests/actors/support/temporary_file.hpp"
#include "tests/actors/support/whip_scene.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

uint32_t ssrc_of(const octets& packet) {
  return net::load_u32(&packet[8]);
}

uint16_t sequence_of(const octets& packet) {
  return net::load_u16(&packet[2]);
}

/// Bob sends audio, and a viewer watches the room.
struct broadcast : whip_scene {
  broadcast() {
    bob.open(up, "send", client_dtls());
    bob.produce(audio_track(4444));
    answer = begin("/whep/r", down, "recvonly").body;
    REQUIRE(drive({&up, &down},
                  [&] { return up.connected() && down.connected(); }));
  }

  live_client bob{node.port(), "r", "bob"};
  live_transport up{client_dtls()};
  live_transport down{client_dtls()};
  std::string answer;
};

} // namespace

TEST_CASE("a viewer is sent one stream, whoever is its source") {
  broadcast at;
  uint16_t number = 65'500; // crosses 65535 to 0
  REQUIRE(drive({&at.up, &at.down}, [&] {
    at.up.send_rtp(audio(4444, number++));
    return at.down.rtp.size() > 50;
  }));
  // A publisher by WHIP takes the program over.
  live_transport cam{client_dtls()};
  at.publish("/whip/r/cam", cam);
  constexpr uint16_t other = 20'000;
  uint16_t of_cam = other;
  REQUIRE(drive({&at.up, &at.down, &cam}, [&] {
    at.up.send_rtp(audio(4444, number++));
    if (cam.connected())
      cam.send_rtp(audio(1111, of_cam++));
    const auto last = payload_number(at.down.rtp.back());
    return last >= other + 20 && last < other + 20'000;
  }));
  const auto signalled = std::stoul(after(at.answer, "a=ssrc:"));
  auto switches = 0;
  for (size_t i = 0; i < at.down.rtp.size(); ++i) {
    const auto& x = at.down.rtp[i];
    CHECK(ssrc_of(x) == signalled);
    CHECK((x[1] & 0x7F) == 111);
    if (i == 0)
      continue;
    const auto& before = at.down.rtp[i - 1];
    CHECK(sequence_of(x) == static_cast<uint16_t>(sequence_of(before) + 1));
    CHECK(static_cast<int32_t>(net::load_u32(&x[4]) - net::load_u32(&before[4]))
          > 0);
    switches += payload_number(x) - payload_number(before) != 1
                && payload_number(x) != 0;
  }
  CHECK(switches == 1);
}

TEST_CASE("a viewer of one member is sent no other's media") {
  broadcast at;
  live_transport pinned{client_dtls()};
  at.begin("/whep/r/bob", pinned, "recvonly");
  live_transport cam{client_dtls()};
  at.publish("/whip/r/cam", cam);
  uint16_t number = 100, of_cam = 20'000;
  REQUIRE(drive({&at.up, &at.down, &cam, &pinned}, [&] {
    at.up.send_rtp(audio(4444, number++));
    if (cam.connected())
      cam.send_rtp(audio(1111, of_cam++));
    return pinned.rtp.size() > 100 && of_cam > 20'050;
  }));
  for (const auto& x : pinned.rtp)
    CHECK(payload_number(x) < 20'000);
}

TEST_CASE("with tokens, only who may subscribe can view, several times") {
  temporary_file secret{hs256_secret};
  auto settings = loopback();
  settings.auth.jwt = {"hs256"};
  settings.auth.jwt_secret_file = secret.path();
  whip_scene at{settings};
  auto offer = whip_offer{};
  CHECK(at.post("/whip/r", bearer(R"({"user":"cam","room":"r"})"), offer).status
        == 201);
  offer.direction = "recvonly";
  const auto mine =
      bearer(R"({"user":"ann","room":"r","rights":["subscribe"]})");
  const auto none = at.post("/whep/r", {}, offer);
  CHECK(none.status == 401);
  CHECK(none.header("WWW-Authenticate") == "Bearer");
  CHECK(at.post("/whep/s", mine, offer).status == 403);
  CHECK(at.post("/whep/r",
                bearer(R"({"user":"ann","room":"r","rights":["publish"]})"),
                offer)
            .status
        == 403);
  std::vector<std::string> paths;
  for (const auto* path : {"/whep/r", "/whep/r/cam", "/whep/r"}) {
    const auto out = at.post(path, mine, offer);
    CHECK(out.status == 201);
    paths.push_back(out.header("Location"));
  }
  for (const auto& x : paths) {
    CHECK(at.ask("GET", x).status == 204);
    CHECK(at.ask("DELETE", x).status == 200);
  }
}
