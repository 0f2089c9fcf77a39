// Who is host, what hosts do to other members, and what these are told.

#include "tests/actors/support/probe_client.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::error_code;
using protocol::media_kind;
using protocol::peer_id;

namespace {

const peer_id ann_id{"ann"};
const peer_id bob_id{"bob"};
const peer_id eve_id{"eve"};

/// Ann, who is the host, Bob and Eve in one room.
struct call {
  call() {
    anns = ann.get<reply::joined>(join_as("ann"));
    bobs = bob.get<reply::joined>(join_as("bob"));
    eve.get<reply::joined>(join_as("eve"));
    world.run();
    for (auto* x : {&ann, &bob, &eve})
      x->script->events.clear();
  }

  /// Creates a transport and produces audio.
  protocol::producer_id speaks(probe_client& who) {
    who.get<reply::transport_created>(verb::create_transport{});
    return who.get<reply::produced>(opus_producer()).id;
  }

  actor_world world;
  probe_client ann{world};
  probe_client bob{world};
  probe_client eve{world};
  reply::joined anns;
  reply::joined bobs;
};

/// The ids of the hosts among the participants.
std::vector<peer_id> hosts(const std::vector<protocol::participant>& people) {
  std::vector<peer_id> out;
  for (const auto& x : people)
    if (x.host)
      out.push_back(x.id);
  return out;
}

} // namespace

TEST_CASE("a client that joins is told who is host and whether it is locked") {
  call at;
  CHECK(at.anns.host);
  CHECK_FALSE(at.anns.locked);
  CHECK_FALSE(at.bobs.host);
  CHECK((hosts(at.bobs.participants) == std::vector{ann_id}));
  at.ann.get<reply::ok>(verb::lock_room{});
  probe_client dan{at.world};
  auto join = join_as("dan", {.rights = {.moderate = true}});
  auto joined = dan.get<reply::joined>(join);
  CHECK(joined.host);
  CHECK(joined.locked);
  auto seen = at.bob.event<event::peer_joined>();
  REQUIRE(seen);
  CHECK(seen->peer.host);
}

TEST_CASE("a host makes another member a host, and all are told") {
  call at;
  CHECK(at.bob.refusal(verb::make_host{eve_id}) == error_code::forbidden);
  CHECK(at.ann.refusal(verb::make_host{peer_id{"nobody"}})
        == error_code::peer_not_found);
  at.ann.get<reply::ok>(verb::make_host{bob_id});
  at.world.run();
  for (auto* who : {&at.ann, &at.eve}) {
    auto seen = who->event<event::peer_updated>();
    REQUIRE(seen);
    CHECK(seen->peer.id == bob_id);
    CHECK(seen->peer.host);
    CHECK_FALSE(who->event<event::host_changed>());
  }
  auto told = at.bob.event<event::host_changed>();
  REQUIRE(told);
  CHECK(told->host);
  REQUIRE(told->by);
  CHECK(told->by->peer == ann_id);
  // Both are hosts. Repeating it changes nothing.
  at.bob.get<reply::ok>(verb::make_host{bob_id});
  at.bob.get<reply::ok>(verb::kick{eve_id});
  at.ann.get<reply::ok>(verb::mute{bob_id, {}});
  at.world.run();
  CHECK_FALSE(at.bob.event<event::host_changed>());
}

TEST_CASE("the next member becomes host when the host leaves, and is told") {
  call at;
  at.ann.get<reply::ok>(verb::leave{});
  at.world.run();
  auto told = at.bob.event<event::host_changed>();
  REQUIRE(told);
  CHECK(told->host);
  CHECK_FALSE(told->by);
  auto seen = at.eve.event<event::peer_updated>();
  REQUIRE(seen);
  CHECK(seen->peer.id == bob_id);
  CHECK(seen->peer.host);
}

TEST_CASE("a member whose token withholds the right cannot be made a host") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann", {.rights = {.moderate = true}}));
  probe_client bob{world};
  ann.get<reply::ok>(verb::lock_room{false});
  auto joined =
      bob.get<reply::joined>(join_as("bob", {.rights = {.moderate = false}}));
  CHECK_FALSE(joined.host);
  CHECK(ann.refusal(verb::make_host{bob_id}) == error_code::forbidden);
  CHECK(bob.refusal(verb::lock_room{}) == error_code::forbidden);
}

TEST_CASE("a stranger under the id of a made host is an ordinary member") {
  call at;
  at.ann.get<reply::ok>(verb::make_host{bob_id});
  probe_client thief{at.world};
  auto joined = thief.get<reply::joined>(join_as("bob"));
  CHECK_FALSE(joined.host);
  CHECK((hosts(joined.participants) == std::vector{ann_id}));
  CHECK(thief.refusal(verb::lock_room{}) == error_code::forbidden);
  probe_client again{at.world};
  auto join = join_as("bob", {.rejoin_secret = at.bobs.rejoin_secret});
  CHECK(again.get<reply::joined>(join).host);
  again.get<reply::ok>(verb::lock_room{});
}

TEST_CASE("a muted member and the others are told who muted it") {
  call at;
  auto audio = at.speaks(at.bob);
  at.ann.get<reply::ok>(verb::mute{bob_id, media_kind::audio});
  at.world.run();
  for (auto* who : {&at.bob, &at.eve}) {
    auto seen = who->event<event::producer_paused>();
    REQUIRE(seen);
    CHECK(seen->producer == audio);
    REQUIRE(seen->by);
    CHECK(seen->by->peer == ann_id);
  }
  // A pause of its own names nobody.
  at.bob.get<reply::ok>(verb::resume_producer{audio});
  at.bob.get<reply::ok>(verb::pause_producer{audio});
  at.world.run();
  auto own = at.eve.event<event::producer_paused>();
  REQUIRE(own);
  CHECK_FALSE(own->by);
}

TEST_CASE("muting all mutes each member but the host that asks for it") {
  call at;
  at.speaks(at.ann);
  auto bobs = at.speaks(at.bob);
  auto eves = at.speaks(at.eve);
  CHECK(at.bob.refusal(verb::mute_all{}) == error_code::forbidden);
  at.ann.get<reply::ok>(verb::mute_all{media_kind::video});
  at.world.run();
  CHECK_FALSE(at.ann.event<event::producer_paused>());
  at.ann.get<reply::ok>(verb::mute_all{media_kind::audio});
  at.world.run();
  std::vector<protocol::producer_id> paused;
  while (auto seen = at.ann.event<event::producer_paused>())
    paused.push_back(seen->producer);
  CHECK(paused.size() == 2);
  CHECK(std::ranges::count(paused, bobs) == 1);
  CHECK(std::ranges::count(paused, eves) == 1);
}

TEST_CASE("a member is asked to unmute, and not again within five seconds") {
  call at;
  verb::ask_to_unmute ask{bob_id};
  CHECK(at.bob.refusal(verb::ask_to_unmute{eve_id}) == error_code::forbidden);
  CHECK(at.ann.refusal(verb::ask_to_unmute{ann_id}) == error_code::bad_request);
  CHECK(at.ann.refusal(verb::ask_to_unmute{peer_id{"nobody"}})
        == error_code::peer_not_found);
  at.ann.get<reply::ok>(ask);
  at.world.run();
  auto asked = at.bob.event<event::unmute_requested>();
  REQUIRE(asked);
  CHECK((asked->kind == media_kind::audio));
  CHECK(asked->by.peer == ann_id);
  CHECK_FALSE(at.eve.event<event::unmute_requested>());
  CHECK(at.ann.refusal(ask) == error_code::limit_reached);
  CHECK_FALSE(at.bob.event<event::unmute_requested>());
  // Each member has a limit of its own.
  at.ann.get<reply::ok>(verb::ask_to_unmute{eve_id});
  at.world.pass(std::chrono::seconds{5});
  ask.kind = media_kind::video;
  at.ann.get<reply::ok>(ask);
  at.world.run();
  asked = at.bob.event<event::unmute_requested>();
  REQUIRE(asked);
  CHECK((asked->kind == media_kind::video));
}

TEST_CASE("members are told who locked the room, removed them or ended it") {
  call at;
  at.ann.get<reply::ok>(verb::lock_room{});
  at.world.run();
  auto locked = at.bob.event<event::room_locked>();
  REQUIRE(locked);
  REQUIRE(locked->by);
  CHECK(locked->by->peer == ann_id);
  at.ann.get<reply::ok>(verb::kick{eve_id});
  at.world.run();
  auto kicked = at.eve.event<event::kicked>();
  REQUIRE(kicked);
  REQUIRE(kicked->by);
  CHECK(kicked->by->peer == ann_id);
  at.ann.get<reply::ok>(verb::end_room{});
  at.world.run();
  auto closed = at.bob.event<event::room_closed>();
  REQUIRE(closed);
  REQUIRE(closed->by);
  CHECK(closed->by->peer == ann_id);
}
