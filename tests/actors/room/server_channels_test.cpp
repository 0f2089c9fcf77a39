#include "actors/room/room_actor.hpp"
#include "tests/actors/support/fake_client.hpp"
#include "tests/actors/support/fake_sctp.hpp"

using namespace troupe;
using namespace troupe::test;
using protocol::error_code;

namespace {

/// A room with server channels and a fake sctp actor that may refuse.
struct speaking_room {
  speaking_room() {
    sctp = spawn_fake_sctp(*world.system, log);
    server = actors::spawn_server(
        *world.system, {{}, {&world.sockets->port(), world.load}, sctp});
    self->send(server, actors::open_room{protocol::room_id{"r"}});
    world.run();
    auto found = self->request(server, caf::infinite,
                               actors::find_room{protocol::room_id{"r"}});
    world.run();
    found.receive([&](const actors::room_found& x) { room = x.room; },
                  [](const caf::error&) { FAIL("no room"); });
  }

  ~speaking_room() {
    room = nullptr;
    for (const auto& x : {caf::actor_cast<caf::actor>(server),
                          caf::actor_cast<caf::actor>(sctp)})
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    *log = {};
    world.run();
  }

  // The channel of the message, or the error.
  std::variant<protocol::data_producer_id, error_code>
  say(const std::string& label) {
    auto said = self->request(
        room, caf::infinite,
        actors::send_to_room{
            label,
            {net::sctp_ppid::string,
             std::make_shared<const std::vector<uint8_t>>(3, uint8_t{'x'})}});
    world.run();
    std::variant<protocol::data_producer_id, error_code> out;
    said.receive([&](const actors::sent_to_room& x) { out = x.producer; },
                 [&](const caf::error& x) { out = actors::from_caf(x).code; });
    return out;
  }

  actor_world world;
  std::shared_ptr<sctp_log> log = std::make_shared<sctp_log>();
  actors::sctp_actor sctp;
  actors::server_actor server;
  actors::room_actor room;
  caf::scoped_actor self{*world.system};
};

} // namespace

TEST_CASE("a server channel that cannot begin does not exist") {
  speaking_room at;
  const auto failed = protocol::make_error(error_code::internal);
  at.log->refusal = failed;
  auto refused = at.say("news");
  REQUIRE(std::holds_alternative<error_code>(refused));
  CHECK(std::get<error_code>(refused) == error_code::internal);
  CHECK(at.log->removed_producers.size() == 1);
  // A refused message is not sent later, and the next message arrives.
  auto said = at.say("news");
  CHECK(std::holds_alternative<protocol::data_producer_id>(said));
  at.world.pass(std::chrono::seconds{2});
  REQUIRE(at.log->direct_data.size() == 1);
  CHECK(at.log->direct_data[0].messages.size() == 1);
  // Failed channels do not count against the limit of a room.
  for (int i = 0; i < 20; ++i) {
    at.log->refusal = failed;
    CHECK(std::holds_alternative<error_code>(at.say(std::to_string(i))));
  }
  CHECK(std::holds_alternative<protocol::data_producer_id>(at.say("more")));
}
