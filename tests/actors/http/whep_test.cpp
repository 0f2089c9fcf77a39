// Viewers by WHEP: their sessions, in virtual time and without a network.
#include "actors/transport/transport_lifetime.hpp"
#include "tests/actors/support/whip_world.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using protocol::peer_id;
namespace event = protocol::event;
namespace verb = protocol::verb;

namespace {

whip_offer view() {
  whip_offer out;
  out.direction = "recvonly";
  return out;
}

// Whether the client was notified of a member that joined or left, or of any
// but `known`.
bool noticed_others(const probe_client& x, const peer_id& known) {
  for (const auto& what : x.script->events) {
    const auto* joined = std::get_if<event::peer_joined>(&what);
    const auto* left = std::get_if<event::peer_left>(&what);
    if ((joined && joined->peer.id != known) || (left && left->peer != known))
      return true;
  }
  return false;
}

} // namespace

TEST_CASE("a viewer opens no room, and comes back when somebody publishes") {
  whip_world at;
  const auto out = at.post("/whep/r", view());
  CHECK(out.status == 409);
  CHECK(header(out, "Retry-After") == "5");
  CHECK(at.world.rooms() == 0);
  probe_client ann{at.world};
  ann.get<protocol::reply::joined>(join_as("ann"));
  CHECK(at.post("/whep/r", view()).status == 409);
  at.publish("/whip/r/cam");
  CHECK(at.post("/whep/r", view()).status == 201);
  CHECK(at.post("/whep/r/cam", view()).status == 201);
  CHECK(at.post("/whep/r/ann", view()).status == 409);
}

TEST_CASE("members know nothing of a viewer, which DELETE ends") {
  whip_world at;
  probe_client ann{at.world};
  ann.get<protocol::reply::joined>(join_as("ann"));
  at.publish("/whip/r/cam");
  const auto before = sessions();
  const auto out = at.post("/whep/r", view());
  REQUIRE(out.status == 201);
  const auto path = header(out, "Location");
  CHECK(path.starts_with("/whep/r/"));
  CHECK(at.ask("HEAD", path).status == 200);
  CHECK(at.status("GET", path) == 204);
  probe_client bob{at.world};
  const auto joined = bob.get<protocol::reply::joined>(join_as("bob"));
  CHECK(joined.participants.size() == 3);
  CHECK(at.status("DELETE", path) == 200);
  CHECK(at.status("DELETE", path) == 404);
  CHECK(sessions() == before + 1); // bob's
  CHECK_FALSE(noticed_others(bob, peer_id{"cam"}));
}

TEST_CASE("the session of a publisher is none of a viewer") {
  whip_world at;
  const auto path = at.publish("/whip/r/cam");
  CHECK(at.status("GET", "/whep" + path.substr(5)) == 404);
  CHECK(at.status("GET", path) == 204);
}

TEST_CASE("viewers alone do not keep a room") {
  whip_world at;
  const auto publisher = at.publish("/whip/r/cam");
  const auto before = sessions() - 1;
  std::vector<std::string> viewers;
  for (int i = 0; i < 3; ++i)
    viewers.push_back(header(at.post("/whep/r", view()), "Location"));
  CHECK(at.status("DELETE", publisher) == 200);
  at.world.run();
  CHECK(at.world.rooms() == 0);
  for (const auto& x : viewers)
    CHECK(at.status("GET", x) == 404);
  CHECK(sessions() == before);
}

TEST_CASE("viewers take no place of a member, and have a limit of their own") {
  actors::config settings;
  settings.room.max_members = 2;
  settings.room.max_viewers = 2;
  whip_world at{settings};
  at.publish("/whip/r/cam");
  const auto first = header(at.post("/whep/r", view()), "Location");
  CHECK(at.post("/whep/r", view()).status == 201);
  const auto out = at.post("/whep/r", view());
  CHECK(out.status == 429);
  CHECK(header(out, "Retry-After") == "5");
  at.publish("/whip/r/dog");
  CHECK(at.post("/whip/r/cow").status == 429);
  CHECK(at.status("DELETE", first) == 200);
  CHECK(at.post("/whep/r", view()).status == 201);
}

TEST_CASE("a locked room admits no viewers") {
  whip_world at;
  probe_client ann{at.world};
  ann.get<protocol::reply::joined>(join_as("ann"));
  at.publish("/whip/r/cam");
  ann.get<protocol::reply::ok>(verb::lock_room{true});
  CHECK(at.post("/whep/r", view()).status == 403);
}

TEST_CASE("viewers that never connect are gone after 15 s") {
  whip_world at;
  probe_client ann{at.world};
  ann.get<protocol::reply::joined>(join_as("ann"));
  at.publish("/whip/r/cam");
  const auto path = header(at.post("/whep/r", view()), "Location");
  at.world.pass(actors::transport_lifetime::connect_limit - 1s);
  CHECK(at.status("GET", path) == 204);
  at.world.pass(2s);
  CHECK(at.status("GET", path) == 404);
  CHECK_FALSE(noticed_others(ann, peer_id{"cam"}));
}

TEST_CASE("a viewer whose offer fits nothing that is published gets a 422") {
  whip_world at;
  auto offer = whip_offer{};
  offer.audio = false;
  CHECK(at.post("/whip/r/cam", offer).status == 201);
  auto wanted = view();
  wanted.audio = false;
  wanted.video_codec = "AV1/90000";
  CHECK(at.post("/whep/r", wanted).status == 422);
  CHECK(at.world.rooms() == 1);
}

TEST_CASE("a room that is ended ends its viewers") {
  whip_world at;
  probe_client ann{at.world};
  ann.get<protocol::reply::joined>(join_as("ann"));
  at.publish("/whip/r/cam");
  const auto path = header(at.post("/whep/r", view()), "Location");
  ann.get<protocol::reply::ok>(verb::end_room{});
  at.world.run();
  CHECK(at.status("GET", path) == 404);
  CHECK(at.world.rooms() == 0);
}
