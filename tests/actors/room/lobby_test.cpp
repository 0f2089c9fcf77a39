// The lobby: who has to knock, what hosts see of it, and how a wait ends.

#include "tests/actors/support/probe_client.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::error_code;
using protocol::error_reason;
using protocol::knock_id;
using protocol::peer_id;

namespace {

/// Ann, who is the host, and Bob in a room with a lobby.
struct call {
  explicit call(const actors::config& settings = {}) : world(settings) {
    anns = ann.get<reply::joined>(join_as("ann"));
    bobs = bob.get<reply::joined>(join_as("bob"));
    ann.get<reply::ok>(verb::set_lobby{});
    pause();
  }

  // Longer than the interval at which hosts are told of changes.
  void pause() {
    world.pass(1100ms);
    ann.script->events.clear();
    bob.script->events.clear();
  }

  actor_world world;
  probe_client ann{world};
  probe_client bob{world};
  reply::joined anns;
  reply::joined bobs;
};

/// A client that asks to join.
struct newcomer {
  newcomer(actor_world& world, const verb::join& x) : client(world) {
    client.send(x);
    world.run();
  }

  newcomer(actor_world& world, const std::string& name)
      : newcomer(world, join_as(name)) {}

  /// The response to the join; nothing while it waits.
  const protocol::outcome* answer() const {
    auto found = client.script->outcomes.find(1);
    return found == client.script->outcomes.end() ? nullptr : &found->second;
  }

  bool waits() const {
    return answer() == nullptr;
  }

  bool joined() const {
    return answer() && std::holds_alternative<protocol::success>(*answer());
  }

  /// Why the join was refused; `none` if it was not.
  error_reason refusal() const {
    const auto* x = answer() ? std::get_if<protocol::error>(answer()) : nullptr;
    return x ? x->reason : error_reason::none;
  }

  probe_client client;
};

/// The names in the newest list that the client was sent; nothing if there was
/// none.
std::optional<std::vector<std::string>> listed(probe_client& who) {
  std::optional<std::vector<std::string>> out;
  while (auto list = who.event<event::lobby_list>()) {
    out.emplace();
    for (const auto& x : list->waiting)
      out->push_back(x.name);
  }
  return out;
}

knock_id only_knock(probe_client& who) {
  auto list = who.event<event::lobby_list>();
  REQUIRE(list);
  REQUIRE(list->waiting.size() == 1);
  return list->waiting.front().id;
}

using name_list = std::vector<std::string>;

} // namespace

TEST_CASE("a newcomer waits in the lobby until a host lets it in") {
  call at;
  newcomer eve{at.world, "eve"};
  CHECK(eve.waits());
  CHECK_FALSE(at.bob.event<event::lobby_list>());
  auto told = eve.client.event<event::lobby_entered>();
  REQUIRE(told);
  CHECK(told->waiting == 1);
  CHECK(told->host_present);
  const auto id = only_knock(at.ann);
  CHECK(at.bob.refusal(verb::let_in{id}) == error_code::forbidden);
  at.ann.get<reply::ok>(verb::let_in{id});
  at.world.run();
  REQUIRE(eve.joined());
  CHECK(at.bob.event<event::peer_joined>());
  CHECK(at.ann.refusal(verb::let_in{id}) == error_code::peer_not_found);
  at.pause();
  eve.client.get<reply::ok>(verb::leave{});
  newcomer again{at.world, "eve"};
  CHECK(again.waits());
}

TEST_CASE("a newcomer that is turned away is told so") {
  call at;
  newcomer eve{at.world, "eve"};
  const auto id = only_knock(at.ann);
  CHECK(at.bob.refusal(verb::turn_away{id}) == error_code::forbidden);
  at.ann.get<reply::ok>(verb::turn_away{id});
  at.world.run();
  CHECK(eve.refusal() == error_reason::turned_away);
  at.pause();
  // It may knock again. The hosts hear of it a second after the last change.
  eve.client.send(join_as("eve"));
  at.world.pass(1100ms);
  CHECK((listed(at.ann) == name_list{"eve"}));
}

TEST_CASE("hosts by token and members who return need not knock") {
  call at;
  newcomer host{at.world, join_as("dan", {.rights = {.moderate = true}})};
  CHECK(host.joined());
  at.bob.hang_up(true);
  at.world.run();
  newcomer bob{at.world,
               join_as("bob", {.rejoin_secret = at.bobs.rejoin_secret})};
  CHECK(bob.joined());
  // The id alone proves nothing.
  newcomer thief{at.world, "bob"};
  CHECK(thief.waits());
}

TEST_CASE(
    "a member that has left returns by its secret, unless it was kicked") {
  call at;
  const auto back = join_as("bob", {.rejoin_secret = at.bobs.rejoin_secret});
  at.bob.get<reply::ok>(verb::leave{});
  newcomer bob{at.world, back};
  REQUIRE(bob.joined());
  const auto& done = std::get<protocol::success>(*bob.answer());
  const auto& secret = std::get<reply::joined>(done).rejoin_secret;
  at.ann.get<reply::ok>(verb::kick{peer_id{"bob"}});
  at.world.run();
  newcomer again{at.world, join_as("bob", {.rejoin_secret = secret})};
  CHECK(again.waits());
}

TEST_CASE("a hidden join has to knock, too") {
  call at;
  newcomer eve{at.world, join_as("eve", {.hidden = true})};
  CHECK(eve.waits());
  at.ann.get<reply::ok>(verb::let_in{});
  at.world.run();
  CHECK(eve.joined());
}

TEST_CASE(
    "all members are told of the lobby, and joins say that there is one") {
  call at;
  CHECK_FALSE(at.bobs.lobby);
  at.ann.get<reply::ok>(verb::set_lobby{false});
  at.world.run();
  auto told = at.bob.event<event::lobby_changed>();
  REQUIRE(told);
  CHECK_FALSE(told->enabled);
  REQUIRE(told->by);
  CHECK(told->by->peer == peer_id{"ann"});
  CHECK_FALSE(at.ann.event<event::lobby_changed>());
  at.ann.get<reply::ok>(verb::set_lobby{});
  newcomer host{at.world, join_as("dan", {.rights = {.moderate = true}})};
  REQUIRE(host.joined());
  const auto& done = std::get<protocol::success>(*host.answer());
  CHECK(std::get<reply::joined>(done).lobby);
}

TEST_CASE("turning the lobby off lets all in that wait") {
  call at;
  newcomer dan{at.world, "dan"};
  newcomer eve{at.world, "eve"};
  at.ann.get<reply::ok>(verb::set_lobby{false});
  at.world.run();
  CHECK(dan.joined());
  CHECK(eve.joined());
  at.world.pass(1100ms);
  CHECK((listed(at.ann) == name_list{}));
}

TEST_CASE("many knocks reach the hosts as one list") {
  call at;
  std::vector<std::unique_ptr<newcomer>> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(std::make_unique<newcomer>(at.world, std::to_string(i)));
  at.world.pass(900ms);
  CHECK((listed(at.ann) == name_list{"0"}));
  at.world.pass(200ms);
  auto list = at.ann.event<event::lobby_list>();
  REQUIRE(list);
  CHECK(list->waiting.size() == 20);
  CHECK_FALSE(at.ann.event<event::lobby_list>());
  auto told = all.back()->client.event<event::lobby_entered>();
  REQUIRE(told);
  CHECK(told->waiting == 20);
}

TEST_CASE("a client that disconnects waits no more") {
  call at;
  newcomer dan{at.world, "dan"};
  newcomer eve{at.world, "eve"};
  dan.client.hang_up(true);
  at.world.pass(1100ms);
  CHECK((listed(at.ann) == name_list{"eve"}));
}

TEST_CASE("a full lobby refuses newcomers") {
  actors::config settings;
  settings.room.max_lobby = 1;
  call at{settings};
  newcomer dan{at.world, "dan"};
  newcomer eve{at.world, "eve"};
  CHECK(dan.waits());
  CHECK(eve.refusal() == error_reason::lobby_full);
}

TEST_CASE("a wait without an answer ends after the lobby's timeout") {
  actors::config settings;
  settings.room.lobby_timeout = 5s;
  call at{settings};
  newcomer eve{at.world, "eve"};
  at.world.pass(4900ms);
  CHECK(eve.waits());
  at.world.pass(200ms);
  CHECK(eve.refusal() == error_reason::no_host_answered);
  at.world.pass(1100ms);
  CHECK((listed(at.ann) == name_list{}));
}

TEST_CASE("the next host is told who waits when the host leaves") {
  call at;
  newcomer eve{at.world, "eve"};
  at.pause();
  at.ann.get<reply::ok>(verb::leave{});
  at.world.run();
  CHECK(eve.waits());
  CHECK(at.bob.event<event::host_changed>());
  at.bob.get<reply::ok>(verb::let_in{only_knock(at.bob)});
  at.world.run();
  CHECK(eve.joined());
}

TEST_CASE("those that wait are told that no host is there") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.get<reply::ok>(verb::set_lobby{});
  newcomer bob{world, join_as("bob", {.rights = {.moderate = false}})};
  ann.get<reply::ok>(verb::let_in{});
  world.run();
  REQUIRE(bob.joined());
  ann.get<reply::ok>(verb::leave{});
  newcomer eve{world, "eve"};
  world.pass(1100ms);
  CHECK(eve.waits());
  auto told = eve.client.event<event::lobby_entered>();
  REQUIRE(told);
  CHECK_FALSE(told->host_present);
}

TEST_CASE("those that wait are refused when the room has no member any more") {
  SUBCASE("since all have left") {
    call at;
    newcomer eve{at.world, "eve"};
    at.ann.get<reply::ok>(verb::leave{});
    at.bob.get<reply::ok>(verb::leave{});
    at.world.run();
    CHECK(eve.refusal() == error_reason::room_over);
    // The next room of that name has no lobby.
    newcomer dan{at.world, "dan"};
    CHECK(dan.joined());
    newcomer fay{at.world, "fay"};
    CHECK(fay.joined());
  }
  SUBCASE("since a host has ended it") {
    call at;
    newcomer eve{at.world, "eve"};
    at.ann.get<reply::ok>(verb::end_room{});
    at.world.run();
    CHECK(eve.refusal() == error_reason::room_over);
  }
}

TEST_CASE("a host's message reaches those that wait, once a second") {
  call at;
  newcomer eve{at.world, "eve"};
  CHECK(at.bob.refusal(verb::message_lobby{"hi"}) == error_code::forbidden);
  at.ann.get<reply::ok>(verb::message_lobby{"One moment"});
  CHECK(at.ann.refusal(verb::message_lobby{"more"})
        == error_code::limit_reached);
  at.world.run();
  auto told = eve.client.event<event::lobby_message>();
  REQUIRE(told);
  CHECK(told->message == "One moment");
  CHECK(told->by.peer == peer_id{"ann"});
  CHECK(told->name == "ann");
  CHECK_FALSE(at.bob.event<event::lobby_message>());
  at.world.pass(1100ms);
  at.ann.get<reply::ok>(verb::message_lobby{"more"});
}

TEST_CASE("a client that knows nothing of lobbies waits for its answers") {
  call at;
  fake_client eve{at.world, "r", "eve"};
  fake_client dan{at.world, "r", "dan"};
  at.world.pass(30s);
  CHECK_FALSE(eve.closed());
  CHECK(eve.push("lobby-entered"));
  at.ann.script->events.clear();
  newcomer fay{at.world, "fay"};
  auto list = at.ann.event<event::lobby_list>();
  REQUIRE(list);
  REQUIRE(list->waiting.size() == 3);
  CHECK(list->waiting[0].name == "eve");
  CHECK(list->waiting[0].seconds >= 29);
  at.ann.get<reply::ok>(verb::turn_away{list->waiting[1].id});
  at.ann.get<reply::ok>(verb::let_in{list->waiting[0].id});
  at.world.run();
  CHECK(dan.closed() == 1008);
  auto answer = eve.request("get-rtp-capabilities");
  CHECK(text_at(answer, "/type") == "rtp-capabilities");
  CHECK(fay.waits());
}

TEST_CASE("a locked room refuses newcomers at once, lobby or not") {
  call at;
  at.ann.get<reply::ok>(verb::lock_room{});
  newcomer eve{at.world, "eve"};
  CHECK(eve.refusal() == error_reason::room_locked);
}

TEST_CASE("a client that is let in after others may find the room full") {
  actors::config settings;
  settings.room.max_members = 3;
  call at{settings};
  newcomer dan{at.world, "dan"};
  newcomer eve{at.world, "eve"};
  at.ann.get<reply::ok>(verb::let_in{});
  at.world.run();
  CHECK(dan.joined() != eve.joined());
  CHECK((dan.refusal() == error_reason::room_full
         || eve.refusal() == error_reason::room_full));
}

TEST_CASE("a room without lobby sends nothing of one") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  ann.get<reply::ok>(verb::make_host{peer_id{"bob"}});
  ann.get<reply::ok>(verb::leave{});
  world.pass(2s);
  CHECK_FALSE(bob.event<event::lobby_list>());
}
