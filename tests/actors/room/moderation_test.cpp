#include "tests/actors/support/probe_client.hpp"

#include "protocol/ortc/supported_capabilities.hpp"

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::end_reason;
using protocol::error_code;
using protocol::peer_id;
using protocol::room_id;

namespace {

// The request of the admin API for room r.
template <class Verb>
void administer(actor_world& world, Verb what) {
  caf::scoped_actor self{*world.system};
  auto found = self->request(world.server, caf::infinite,
                             actors::find_room{room_id{"r"}});
  world.run();
  actors::room_actor room;
  found.receive([&](const actors::room_found& x) { room = x.room; },
                [](const caf::error&) { FAIL("no room"); });
  auto done = self->request(room, caf::infinite,
                            actors::administer_room{std::move(what)});
  world.run();
  done.receive([](const actors::done&) {},
               [](const caf::error&) { FAIL("refused"); });
}

} // namespace

TEST_CASE("a room opened ahead waits for its first member for a limited time") {
  actors::config settings;
  settings.room.empty_timeout = std::chrono::seconds{2};
  actor_world world{settings};
  probe_client ann{world};
  auto join = join_as("ann", {.must_exist = true});
  CHECK(ann.refusal(join) == error_code::room_not_found);
  CHECK(world.rooms() == 0);
  ann.get<reply::ok>(verb::create_room{room_id{"r"}});
  CHECK(world.rooms() == 1);
  CHECK(ann.refusal(verb::create_room{room_id{"r"}})
        == error_code::room_exists);
  world.pass(std::chrono::milliseconds{1990});
  CHECK(world.rooms() == 1);
  world.pass(std::chrono::milliseconds{20});
  CHECK(world.rooms() == 0);
  // Another room of that name has a waiting time of its own.
  ann.get<reply::ok>(verb::create_room{room_id{"r"}});
  ann.get<reply::joined>(join);
  world.pass(std::chrono::seconds{3});
  CHECK(world.rooms() == 1);
}

TEST_CASE("an opened room waits a while for members that left it") {
  actors::config settings;
  settings.room.empty_timeout = std::chrono::seconds{2};
  actor_world world{settings};
  probe_client bob{world};
  auto join = join_as("ann", {.must_exist = true});
  {
    probe_client ann{world};
    ann.get<reply::ok>(verb::create_room{room_id{"r"}});
    ann.get<reply::joined>(join);
    ann.get<reply::ok>(verb::leave{});
    world.pass(std::chrono::milliseconds{1500});
    CHECK(bob.refusal(verb::create_room{room_id{"r"}})
          == error_code::room_exists);
    ann.get<reply::joined>(join);
  } // closes its connection
  // It waits anew each time it is empty.
  world.pass(std::chrono::milliseconds{1500});
  CHECK(world.rooms() == 1);
  bob.get<reply::joined>(join);
  world.pass(std::chrono::seconds{3});
  CHECK(world.rooms() == 1);
  bob.get<reply::ok>(verb::leave{});
  world.pass(std::chrono::milliseconds{1990});
  CHECK(world.rooms() == 1);
  world.pass(std::chrono::milliseconds{20});
  CHECK(world.rooms() == 0);
  CHECK(bob.refusal(join) == error_code::room_not_found);
  // A room created by a join does not wait.
  join.must_exist = false;
  bob.get<reply::joined>(join);
  bob.get<reply::ok>(verb::leave{});
  world.run();
  CHECK(world.rooms() == 0);
}

TEST_CASE("a room that was opened and is ended does not wait") {
  actor_world world;
  auto live = [&] {
    return world.live() - world.baseline;
  };
  probe_client ann{world};
  auto alone = live();
  SUBCASE("by its host") {
    ann.get<reply::ok>(verb::create_room{room_id{"r"}});
    ann.get<reply::joined>(join_as("ann"));
    ann.get<reply::ok>(verb::end_room{});
    ann.hang_up();
    alone = 0;
  }
  SUBCASE("by the operator, when it is empty") {
    ann.get<reply::ok>(verb::create_room{room_id{"r"}});
    ann.get<reply::joined>(join_as("ann"));
    ann.get<reply::ok>(verb::leave{});
    REQUIRE(world.rooms() == 1);
    administer(world, verb::end_room{});
  }
  SUBCASE("by the operator, before its first member") {
    ann.get<reply::ok>(verb::create_room{room_id{"r"}});
    administer(world, verb::end_room{});
  }
  SUBCASE("a room created by a join does not wait for a removed last member") {
    ann.get<reply::joined>(join_as("ann"));
    administer(world, verb::kick{peer_id{"ann"}});
    ann.hang_up();
    alone = 0;
  }
  world.run();
  CHECK(world.rooms() == 0);
  CHECK(live() == alone);
}

TEST_CASE("a member that joins hidden is not visible until it is announced") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  probe_client bob{world};
  auto join = join_as("bob", {.hidden = true});
  auto entered = bob.get<reply::joined>(join);
  CHECK(entered.participants.empty());
  probe_client eve{world};
  CHECK(eve.get<reply::joined>(join_as("eve")).participants.size() == 2);
  CHECK_FALSE(bob.event<event::peer_joined>());
  CHECK(bob.get<reply::transport_created>(verb::create_transport{})
            .id.str()
            .size()
        > 0);
  for (protocol::request x : std::initializer_list<protocol::request>{
           opus_producer(), verb::consume{}, verb::list_producers{},
           verb::set_display_name{"b"}, verb::kick{peer_id{"eve"}}})
    CHECK(bob.refusal(std::move(x)) == error_code::not_joined);
  verb::announce announce;
  announce.name = "Robert";
  announce.device.text = R"({"name":"x"})";
  auto shown = bob.get<reply::joined>(announce);
  CHECK(shown.participants.size() == 3);
  CHECK(bob.refusal(announce) == error_code::already_joined);
  ann.event<event::peer_joined>(); // Eve's
  auto seen = ann.event<event::peer_joined>();
  REQUIRE(seen);
  CHECK(seen->peer.id == peer_id{"bob"});
  CHECK(seen->peer.name == "Robert");
  CHECK(seen->peer.device == announce.device);
  bob.hang_up();
  world.run();
  CHECK(ann.event<event::peer_left>());
}

TEST_CASE("a member that was never announced leaves without an event") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  {
    probe_client bob{world};
    auto join = join_as("bob", {.hidden = true});
    bob.get<reply::joined>(join);
  }
  CHECK_FALSE(ann.event<event::peer_left>());
  ann.get<reply::ok>(verb::leave{});
  world.run();
  CHECK(world.rooms() == 0);
}

TEST_CASE("hidden members count toward the member limit") {
  actors::config settings;
  settings.room.max_members = 1;
  actor_world world{settings};
  probe_client ann{world};
  auto join = join_as("ann", {.hidden = true});
  ann.get<reply::joined>(join);
  probe_client bob{world};
  CHECK(bob.refusal(join_as("bob")) == error_code::limit_reached);
}

TEST_CASE("a member changes its name, and each other member is notified once") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  auto done = bob.request("change-display-name", R"({"name":"Robert"})");
  CHECK(text_at(done, "/type") == "display-name-changed");
  auto seen = ann.push("participant-updated");
  REQUIRE(seen);
  CHECK(text_at(*seen, "/data/name") == "Robert");
  bob.request("change-display-name", R"({"name":"Robert"})");
  CHECK_FALSE(ann.push("participant-updated"));
}

TEST_CASE("the host removes a member, and other members may not") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  auto code = [](json x) {
    return text_at(x, "/data/code");
  };
  CHECK(code(bob.request("kick", R"({"peerId":"ann"})")) == "forbidden");
  CHECK(code(ann.request("kick", R"({"peerId":"eve"})")) == "peer-not-found");
  CHECK(code(ann.request("mute", R"({"peerId":"eve"})")) == "peer-not-found");
  CHECK(code(ann.request("kick", R"({"peerId":"ann"})")) == "bad-request");
  auto done = ann.request("kick", R"({"peerId":"bob"})");
  CHECK(text_at(done, "/type") == "peer-kicked");
  CHECK(ann.push("participant-left"));
  auto notice = bob.push("kicked");
  REQUIRE(notice);
  CHECK(text_at(*notice, "/data/roomId") == "r");
  CHECK(bob.closed() == 4003);
  // Bob returns, and is the host after Ann has left.
  fake_client again{world, "r", "bob"};
  world.run();
  fake_client eve{world, "r", "eve"};
  world.run();
  ann.hang_up();
  world.run();
  CHECK(text_at(again.request("kick", R"({"peerId":"eve"})"), "/type")
        == "peer-kicked");
}

TEST_CASE("a muted member can be unmuted by itself only") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  bob.create_transport("send");
  auto audio = bob.produce(audio_track(1, "a"));
  auto video = bob.produce(video_track(5, "v"));
  CHECK(text_at(ann.request("mute", R"({"peerId":"bob","kind":"audio"})"),
                "/type")
        == "peer-muted");
  world.run();
  for (auto* who : {&ann, &bob}) {
    auto notice = who->push("producer-paused");
    REQUIRE(notice);
    CHECK(text_at(*notice, "/data/producerId") == audio);
    CHECK_FALSE(who->push("producer-paused"));
  }
  ann.request("mute", R"({"peerId":"bob"})");
  world.run();
  auto notice = bob.push("producer-paused");
  REQUIRE(notice);
  CHECK(text_at(*notice, "/data/producerId") == video);
  CHECK_FALSE(bob.push("producer-paused"));
  bob.request("resume-producer", "{\"producerId\":" + quoted(audio) + "}");
  CHECK(ann.push("producer-resumed"));
}

TEST_CASE(
    "a locked room refuses newcomers, but a member with proof may return") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  auto secret = text_at(bob.request("get-rtp-capabilities"), "/rejoinSecret");
  CHECK(text_at(ann.request("lock-room"), "/type") == "lock-set");
  CHECK(bob.push("room-locked"));
  ann.request("lock-room");
  CHECK_FALSE(bob.push("room-locked")); // it was locked already
  fake_client eve{world, "r", "eve"};
  world.run();
  CHECK(eve.closed() == 1008);
  fake_client thief{world, "r", "bob"};
  world.run();
  CHECK(thief.closed() == 1008);
  CHECK_FALSE(bob.closed());
  fake_client twin{world, "r", "bob", secret};
  world.run();
  CHECK_FALSE(twin.closed());
  ann.request("lock-room", R"({"locked":false})");
  CHECK(twin.push("room-locked"));
  fake_client late{world, "r", "eve"};
  world.run();
  CHECK_FALSE(late.closed());
}

TEST_CASE("a token with the right to moderate admits to a locked room") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.get<reply::ok>(verb::lock_room{});
  probe_client bob{world};
  auto refused = bob.ask(join_as("bob"));
  CHECK(std::get<protocol::error>(refused)
        == protocol::make_error(protocol::error_reason::room_locked));
  auto join = join_as("bob", {.rights = {.moderate = true}});
  bob.get<reply::joined>(join);
  bob.get<reply::ok>(verb::kick{peer_id{"ann"}});
  CHECK(ann.script->ended == end_reason::kicked);
}

TEST_CASE("the host ends the room, and gets the response before it closes") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  CHECK(bob.refusal(verb::end_room{}) == error_code::forbidden);
  ann.get<reply::ok>(verb::end_room{});
  for (auto* who : {&ann, &bob}) {
    CHECK(who->script->ended == end_reason::room_closed);
    CHECK(who->connection->closed == 4004);
    auto notice = who->event<event::room_closed>();
    REQUIRE(notice);
    CHECK(notice->room == room_id{"r"});
    CHECK_FALSE(who->event<event::peer_left>());
    who->hang_up();
  }
  world.run();
  CHECK(world.rooms() == 0);
  CHECK(world.live() == world.baseline);
}

TEST_CASE("rights to publish and to subscribe are enforced") {
  actor_world world;
  probe_client ann{world};
  auto join = join_as("ann", {.rights = {.publish = false}});
  ann.get<reply::joined>(join);
  ann.get<reply::transport_created>(verb::create_transport{});
  CHECK(ann.refusal(opus_producer()) == error_code::forbidden);
  probe_client bob{world};
  join = join_as("bob");
  join.rights.subscribe = false;
  join.rights.moderate = false;
  bob.get<reply::joined>(join);
  bob.get<reply::transport_created>(verb::create_transport{});
  bob.get<reply::produced>(opus_producer());
  CHECK(bob.refusal(verb::consume{}) == error_code::forbidden);
  verb::consume consume;
  consume.capabilities = protocol::default_router_rtp_capabilities();
  ann.get<reply::consumed>(consume);
}

TEST_CASE("a room limits its producers and consumers in total") {
  actors::config settings;
  settings.room.max_producers = 1;
  settings.room.max_consumers = 1;
  actor_world world{settings};
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  ann.get<reply::transport_created>(verb::create_transport{});
  bob.get<reply::transport_created>(verb::create_transport{});
  auto first = ann.get<reply::produced>(opus_producer());
  CHECK(bob.refusal(opus_producer()) == error_code::limit_reached);
  verb::consume consume;
  consume.capabilities = protocol::default_router_rtp_capabilities();
  auto consumer = bob.get<reply::consumed>(consume);
  CHECK(bob.refusal(consume) == error_code::limit_reached);
  bob.get<reply::ok>(verb::close_consumer{consumer.id});
  CHECK(bob.refusal(consume) == std::nullopt);
  ann.get<reply::ok>(verb::close_producer{first.id});
  world.run();
  CHECK(bob.refusal(opus_producer()) == std::nullopt);
}

TEST_CASE("a member that is alone may consume its own producers") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.get<reply::transport_created>(verb::create_transport{});
  auto own = ann.get<reply::produced>(opus_producer());
  verb::consume consume;
  consume.capabilities = protocol::default_router_rtp_capabilities();
  CHECK(ann.refusal(consume) == error_code::no_producer);
  consume.own_if_alone = true;
  CHECK(ann.get<reply::consumed>(consume).producer == own.id);
  CHECK(ann.refusal(consume) == error_code::no_producer);
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  CHECK(ann.refusal(consume) == error_code::no_producer);
}

TEST_CASE("a client gives its own consumers priorities from 1 to 255") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.get<reply::transport_created>(verb::create_transport{});
  ann.get<reply::produced>(opus_producer());
  verb::consume consume;
  consume.capabilities = protocol::default_router_rtp_capabilities();
  consume.own_if_alone = true;
  auto id = ann.get<reply::consumed>(consume).id;
  ann.get<reply::ok>(verb::set_priority{id, 255});
  CHECK(ann.refusal(verb::set_priority{id, 0}) == error_code::bad_request);
  CHECK(ann.refusal(verb::set_priority{id, 256}) == error_code::bad_request);
  CHECK(ann.refusal(verb::set_priority{protocol::consumer_id{"x"}, 1})
        == error_code::consumer_not_found);
}
