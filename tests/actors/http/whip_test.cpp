// Publishers by WHIP: their sessions, in virtual time and without a network.
#include "actors/transport/transport_lifetime.hpp"
#include "tests/actors/support/whip_world.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

const std::string pwd = "0123456789abcdefghijklmn";

} // namespace

TEST_CASE("an offer is answered with a session, which DELETE ends") {
  actors::config settings;
  settings.rtc.ice_servers = {"stun:stun.example.org"};
  whip_world at{settings};
  const auto out = at.post("/whip/r/my%20cam");
  CHECK(out.status == 201);
  CHECK(header(out, "Content-Type") == "application/sdp");
  CHECK(header(out, "Accept-Patch") == "application/trickle-ice-sdpfrag");
  CHECK(header(out, "Link") == R"(<stun:stun.example.org>; rel="ice-server")");
  CHECK(header(out, "Cache-Control") == "no-store");
  const auto tag = header(out, "ETag");
  CHECK(tag.size() > 2);
  CHECK(tag.front() == '"');
  CHECK(out.body.find("a=candidate:") != std::string::npos);
  const auto path = header(out, "Location");
  CHECK(path.starts_with("/whip/r/my%20cam/"));
  CHECK(path.size() == std::string{"/whip/r/my%20cam/"}.size() + 22);
  CHECK(at.status("GET", path) == 204);
  CHECK(at.patch(path, whip_fragment("abcd", pwd), tag).status == 204);
  CHECK(at.world.rooms() == 1);
  CHECK(at.status("DELETE", path) == 200);
  CHECK(at.status("DELETE", path) == 404);
  CHECK(at.status("GET", path) == 404);
  CHECK(at.world.rooms() == 0);
}

TEST_CASE("ICE restarts give new credentials and a new entity tag") {
  whip_world at;
  const auto made = at.post("/whip/r/cam");
  const auto path = header(made, "Location");
  const auto tag = header(made, "ETag");
  const auto out = at.patch(path, whip_fragment("wxyz", pwd), "*");
  CHECK(out.status == 200);
  CHECK(header(out, "Content-Type") == "application/trickle-ice-sdpfrag");
  CHECK(header(out, "ETag") != tag);
  CHECK(out.body.find("a=ice-ufrag:") != std::string::npos);
  CHECK(at.patch(path, whip_fragment("wxyz", pwd), tag).status == 412);
  CHECK(at.patch(path, whip_fragment("efgh", pwd), "").status == 428);
  CHECK(at.patch(path, whip_fragment("wxyz", pwd), "").status == 204);
}

TEST_CASE("the secret of a session is its only key") {
  whip_world at;
  const auto path = at.publish("/whip/r/cam");
  auto wrong = path;
  wrong.back() = wrong.back() == 'a' ? 'b' : 'a';
  for (const auto& other : {wrong, path.substr(0, path.size() - 1), path + "a",
                            "/whip/r/dog" + path.substr(path.rfind('/')),
                            std::string{"/whip/r/cam/"}})
    for (const auto* method : {"GET", "DELETE"})
      if (!other.ends_with('/'))
        CHECK_MESSAGE(at.status(method, other) == 404, other);
  CHECK(at.ask("DELETE", "/rooms/r/broadcasters/cam").status == 404);
  CHECK(at.status("GET", path) == 204);
}

TEST_CASE("members see a publisher as an ordinary member with tracks") {
  whip_world at;
  probe_client ann{at.world};
  ann.get<protocol::reply::joined>(join_as("ann"));
  const auto path = at.publish("/whip/r/cam");
  const auto joined = ann.event<protocol::event::peer_joined>();
  REQUIRE(joined);
  CHECK(joined->peer.id == protocol::peer_id{"cam"});
  CHECK(joined->peer.name == "cam");
  CHECK_FALSE(joined->peer.host);
  CHECK(joined->peer.device.text.find(R"("flag":"whip")") != std::string::npos);
  const auto added = ann.event<protocol::event::producer_added>();
  REQUIRE(added);
  CHECK(added->producer.peer == protocol::peer_id{"cam"});
  CHECK(at.status("DELETE", path) == 200);
  const auto left = ann.event<protocol::event::peer_left>();
  REQUIRE(left);
  CHECK(left->peer == protocol::peer_id{"cam"});
}

TEST_CASE("the same user again replaces its former session") {
  whip_world at;
  const auto first = at.publish("/whip/r/cam");
  const auto second = at.publish("/whip/r/cam");
  CHECK(at.status("GET", first) == 404);
  CHECK(at.status("GET", second) == 204);
  // Publishers without a name get ids of their own, and replace no other.
  const auto nameless = at.publish("/whip/r");
  const auto other = at.publish("/whip/r");
  CHECK(at.status("GET", nameless) == 204);
  CHECK(at.status("GET", other) == 204);
}

TEST_CASE("an offer that is refused leaves the user's session as it is") {
  whip_world at;
  const auto path = at.publish("/whip/r/cam");
  const auto before = sessions();
  whip_offer strange;
  strange.video_codec = "H265/90000";
  const auto out = at.post("/whip/r/cam", strange);
  CHECK(out.status == 422);
  CHECK(header(out, "Content-Type") == "application/problem+json");
  CHECK(out.body.find("H265") != std::string::npos);
  CHECK(at.ask("POST", "/whip/r/cam", "application/sdp", "hello").status
        == 400);
  CHECK(at.ask("POST", "/whip/r/cam", "text/plain", "v=0").status == 415);
  CHECK(
      at.ask("POST", "/whip/r/cam", "application/sdp", std::string(65'537, 'v'))
          .status
      == 413);
  CHECK(at.status("GET", path) == 204);
  CHECK(sessions() == before);
  const auto& refused = at.world.load->counters().http_refused;
  for (size_t i = 0; i < refused.size(); ++i) {
    const auto status = actors::http_refusal_statuses[i];
    CHECK(refused[i]
          == (status == 422 || status == 400 || status == 415 || status == 413
                  ? 1
                  : 0));
  }
}

TEST_CASE("a refusal in the middle leaves nothing behind") {
  actors::config settings;
  settings.room.max_producers_per_peer = 1;
  whip_world at{settings};
  const auto before = at.world.live();
  const auto out = at.post("/whip/r/cam");
  CHECK(out.status == 429);
  CHECK(header(out, "Retry-After") == "5");
  CHECK(at.world.rooms() == 0);
  CHECK(at.world.live() == before);
}

TEST_CASE("a full room is answered with 429") {
  actors::config settings;
  settings.room.max_members = 1;
  whip_world at{settings};
  at.publish("/whip/r/cam");
  const auto out = at.post("/whip/r/dog");
  CHECK(out.status == 429);
  CHECK(header(out, "Retry-After") == "5");
}

TEST_CASE("a server that is busy, or will end, is answered with 503") {
  whip_world at;
  SUBCASE("busy") {
    at.world.load->publish({actors::overload_level::busy, 0});
  }
  SUBCASE("about to end") {
    at.world.load->drain().begin(net::time_point{}, 1h);
  }
  const auto out = at.post("/whip/r");
  CHECK(out.status == 503);
  CHECK(header(out, "Retry-After") == "5");
  CHECK(header(out, "Content-Type") == "application/problem+json");
  CHECK(at.world.rooms() == 0);
}

TEST_CASE("publishers that never connect are gone within 30 s") {
  whip_world at;
  const auto before = sessions();
  std::vector<std::string> paths;
  for (size_t i = 0; i < actors::max_http_clients; ++i)
    paths.push_back(at.publish("/whip/r" + std::to_string(i % 50)));
  const auto out = at.post("/whip/more");
  CHECK(out.status == 503);
  CHECK(header(out, "Retry-After") == "5");
  CHECK(at.world.rooms() == 50);
  at.world.pass(actors::transport_lifetime::connect_limit - 1s);
  CHECK(at.world.rooms() == 50);
  at.world.pass(2s);
  CHECK(at.world.rooms() == 0);
  CHECK(sessions() == before);
  CHECK(at.status("DELETE", paths.front()) == 404);
  CHECK(at.status("DELETE", at.publish("/whip/more")) == 200);
}

TEST_CASE("a publisher that a host removes has no session any more") {
  whip_world at;
  probe_client ann{at.world};
  ann.get<protocol::reply::joined>(join_as("ann"));
  const auto path = at.publish("/whip/r/cam");
  ann.get<protocol::reply::ok>(protocol::verb::kick{protocol::peer_id{"cam"}});
  at.world.run();
  CHECK(at.status("DELETE", path) == 404);
}
