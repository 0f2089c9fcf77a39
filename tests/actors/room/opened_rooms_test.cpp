#include "actors/room/waiting_rooms.hpp"
#include "tests/actors/support/probe_client.hpp"

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
using actors::room_opener;
using actors::waiting_rooms;
using protocol::error_code;
using protocol::room_id;
using std::chrono::seconds;

namespace {

net::time_point at(int s) {
  return net::time_point{} + seconds{s};
}

room_opener opener(uint64_t session, const char* ip) {
  return {session, *net::parse_address(ip, static_cast<uint16_t>(session))};
}

/// Makes a request of the admin API for a room.
template <class Verb>
void administer(actor_world& world, const std::string& name, Verb what) {
  caf::scoped_actor self{*world.system};
  auto found = self->request(world.server, caf::infinite,
                             actors::find_room{room_id{name}});
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

verb::join enter(const std::string& who, const std::string& room) {
  return join_as(who, {.room = room, .must_exist = true});
}

} // namespace

TEST_CASE(
    "a waiting room counts for the session and the network that opened it") {
  waiting_rooms list{{5, 2, 3}};
  list.add(room_id{"a"}, opener(1, "192.0.2.1"), at(10));
  CHECK(list.admits(opener(1, "192.0.2.1")));
  list.add(room_id{"b"}, opener(1, "192.0.2.1"), at(10));
  CHECK_FALSE(list.admits(opener(1, "192.0.2.1")));
  CHECK_FALSE(list.admits(opener(1, "192.0.2.9")));
  CHECK(list.admits(opener(2, "192.0.2.1")));
  list.add(room_id{"c"}, opener(2, "192.0.2.1"), at(10));
  CHECK_FALSE(list.admits(opener(3, "192.0.2.1")));
  CHECK(list.admits(opener(3, "192.0.2.2")));
  list.remove(room_id{"a"});
  CHECK(list.admits(opener(1, "192.0.2.1")));
  // One IPv6 subscriber has a whole /64.
  for (auto x : {"d", "e", "f"})
    list.add(room_id{x}, opener(10 + static_cast<uint64_t>(*x), "2001:db8::1"),
             at(10));
  for (auto x : {"b", "c"})
    list.remove(room_id{x});
  CHECK_FALSE(list.admits(opener(4, "2001:db8::ffff:1")));
  CHECK(list.admits(opener(4, "2001:db8:0:1::1")));
  // The total limit.
  list.add(room_id{"g"}, opener(5, "192.0.2.3"), at(10));
  list.add(room_id{"h"}, opener(6, "192.0.2.4"), at(10));
  CHECK_FALSE(list.admits(opener(7, "192.0.2.5")));
}

TEST_CASE("a limit of 0 means none") {
  waiting_rooms list{{}};
  for (int i = 0; i < 100; ++i)
    list.add(room_id{std::to_string(i)}, opener(1, "192.0.2.1"), at(1));
  CHECK(list.admits(opener(1, "192.0.2.1")));
}

TEST_CASE("waiting rooms end in the order of their deadlines") {
  waiting_rooms list{{}};
  CHECK_FALSE(list.poll_timeout());
  list.add(room_id{"late"}, opener(1, "192.0.2.1"), at(20));
  list.add(room_id{"early"}, opener(1, "192.0.2.1"), at(10));
  list.add(room_id{"gone"}, opener(1, "192.0.2.1"), at(5));
  list.add(room_id{"also early"}, opener(1, "192.0.2.1"), at(10));
  list.remove(room_id{"gone"});
  list.remove(room_id{"unknown"});
  CHECK(list.poll_timeout() == at(10));
  CHECK_FALSE(list.poll_expired(at(9)));
  CHECK(list.poll_expired(at(10)) == room_id{"early"});
  CHECK(list.poll_expired(at(10)) == room_id{"also early"});
  CHECK_FALSE(list.poll_expired(at(10)));
  CHECK(list.contains(room_id{"late"}));
  CHECK(list.poll_expired(at(30)) == room_id{"late"});
  CHECK_FALSE(list.contains(room_id{"late"}));
  CHECK_FALSE(list.poll_timeout());
}

TEST_CASE("a client that opens very many rooms closes no room of another") {
  actor_world world;
  probe_client bob{world};
  bob.get<reply::ok>(verb::create_room{room_id{"bob's"}});
  int opened = 0;
  {
    probe_client eve{world};
    for (int i = 0; i <= 10'000; ++i)
      eve.send(verb::create_room{room_id{"r" + std::to_string(i)}});
    world.run();
    for (const auto& [token, outcome] : eve.script->outcomes) {
      const auto* refused = std::get_if<protocol::error>(&outcome);
      opened += !refused;
      CHECK((!refused || refused->code == error_code::limit_reached));
    }
    CHECK(opened
          == static_cast<int>(world.settings.room.max_waiting_per_session));
  }
  bob.get<reply::joined>(enter("bob", "bob's"));
}

TEST_CASE("sessions of one address share a limit of waiting rooms") {
  actors::config settings;
  settings.room.max_waiting_per_session = 2;
  settings.room.max_waiting_per_address = 3;
  actor_world world{settings};
  probe_client ann{world};
  probe_client eve{world};
  auto open = [](probe_client& who, const char* name) {
    return who.refusal(verb::create_room{room_id{name}});
  };
  CHECK_FALSE(open(ann, "a"));
  CHECK_FALSE(open(ann, "b"));
  CHECK(open(ann, "c") == error_code::limit_reached);
  CHECK_FALSE(open(eve, "c"));
  CHECK(open(eve, "d") == error_code::limit_reached);
  // A room with a member does not wait.
  ann.get<reply::joined>(enter("ann", "a"));
  CHECK_FALSE(open(eve, "d"));
  // At the limit the empty room closes, and no other room closes for it.
  ann.get<reply::ok>(verb::leave{});
  CHECK(ann.refusal(enter("ann", "a")) == error_code::room_not_found);
  for (auto name : {"b", "c", "d"}) {
    CAPTURE(name);
    CHECK(open(eve, name) == error_code::room_exists);
  }
}

TEST_CASE(
    "an empty room that refuses all joins closes after its waiting time") {
  actors::config settings;
  settings.room.empty_timeout = seconds{4};
  actor_world world{settings};
  probe_client ann{world};
  ann.get<reply::ok>(verb::create_room{room_id{"r"}});
  administer(world, "r", verb::lock_room{});
  CHECK(ann.refusal(enter("ann", "r")) == error_code::forbidden);
  CHECK(world.rooms() == 1);
  SUBCASE("after one refused join") {
    world.pass(std::chrono::milliseconds{3990});
  }
  SUBCASE("after any number of refused joins") {
    for (int i = 0; i < 3; ++i) {
      world.pass(seconds{1});
      CHECK(ann.refusal(enter("ann", "r")) == error_code::forbidden);
    }
    world.pass(std::chrono::milliseconds{990});
  }
  CHECK(world.rooms() == 1);
  world.pass(std::chrono::milliseconds{20});
  CHECK(world.rooms() == 0);
}

TEST_CASE("refused joins do not change the waiting time of a used room") {
  actors::config settings;
  settings.room.empty_timeout = seconds{4};
  actor_world world{settings};
  probe_client ann{world};
  ann.get<reply::ok>(verb::create_room{room_id{"r"}});
  ann.get<reply::joined>(enter("ann", "r"));
  world.pass(seconds{3});
  ann.get<reply::ok>(verb::leave{});
  administer(world, "r", verb::lock_room{});
  CHECK(ann.refusal(enter("ann", "r")) == error_code::forbidden);
  world.pass(std::chrono::milliseconds{3990});
  CHECK(world.rooms() == 1);
  world.pass(std::chrono::milliseconds{20});
  CHECK(world.rooms() == 0);
}
