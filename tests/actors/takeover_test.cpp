// Who may take a member's place, and what it gets (docs/adr/0030).

#include "probe_client.hpp"

#include "actors/member_claim.hpp"

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::end_reason;
using protocol::error_code;
using protocol::peer_id;

namespace {

constexpr bool lost = true;

verb::join join_with(const std::string& who, const std::string& secret) {
  auto out = join_as(who);
  out.rejoin_secret = secret;
  return out;
}

/// Joins under an id that the server made, as clients of dialects B and C do.
verb::join join_unnamed(const std::string& sid) {
  auto out = join_as(sid);
  out.named_by_client = false;
  out.derived = true;
  return out;
}

actors::config proven() {
  actors::config out;
  out.room.takeover = "proven";
  return out;
}

bool is_host(probe_client& x) {
  auto locked = x.refusal(verb::lock_room{});
  CHECK((!locked || locked == error_code::forbidden));
  if (!locked)
    x.get<reply::ok>(verb::lock_room{false});
  return !locked;
}

/// A room that Ann has opened and Bob has come to.
struct call {
  explicit call(actors::config settings = {}) : world(std::move(settings)) {
    secret = ann.get<reply::joined>(join_as("ann")).rejoin_secret;
    bobs_secret = bob.get<reply::joined>(join_as("bob")).rejoin_secret;
    world.run();
    bob.script->events.clear();
  }

  actor_world world;
  probe_client ann{world};
  probe_client bob{world};
  std::string secret;
  std::string bobs_secret;
};

} // namespace

TEST_CASE("a locked room refuses a stranger under the host's id") {
  call at;
  at.ann.get<reply::ok>(verb::lock_room{});
  SUBCASE("while the host is connected") {
    probe_client thief{at.world};
    CHECK(thief.refusal(join_as("ann")) == error_code::forbidden);
    // The host notices nothing.
    CHECK_FALSE(at.ann.script->ended);
    CHECK_FALSE(at.ann.connection->closed);
    at.ann.get<reply::ok>(verb::mute{peer_id{"bob"}, {}});
  }
  SUBCASE("while the host's connection is lost") {
    at.ann.hang_up(lost);
    at.world.run();
    probe_client thief{at.world};
    CHECK(thief.refusal(join_as("ann")) == error_code::forbidden);
    probe_client again{at.world};
    again.get<reply::joined>(join_with("ann", at.secret));
    CHECK(is_host(again));
    CHECK_FALSE(at.bob.event<event::peer_left>());
  }
}

TEST_CASE("a full room refuses a stranger under a member's id") {
  actors::config settings;
  settings.room.max_members = 2;
  call at{settings};
  probe_client thief{at.world};
  CHECK(thief.refusal(join_as("bob")) == error_code::limit_reached);
  CHECK_FALSE(at.bob.script->ended);
  probe_client again{at.world};
  again.get<reply::joined>(join_with("bob", at.bobs_secret));
  CHECK(at.bob.script->ended == end_reason::replaced);
}

TEST_CASE("a stranger under the host's id is an ordinary member") {
  call at;
  probe_client eve{at.world};
  eve.get<reply::joined>(join_as("eve"));
  probe_client thief{at.world};
  CHECK(thief.get<reply::joined>(join_as("ann")).participants.size() == 3);
  CHECK(at.ann.script->ended == end_reason::replaced);
  CHECK(thief.refusal(verb::lock_room{}) == error_code::forbidden);
  CHECK(thief.refusal(verb::kick{peer_id{"bob"}}) == error_code::forbidden);
  CHECK(thief.refusal(verb::end_room{}) == error_code::forbidden);
  // The next by age is host, and after it not the stranger but the one who
  // came before it.
  CHECK(is_host(at.bob));
  CHECK_FALSE(is_host(eve));
  at.bob.get<reply::ok>(verb::leave{});
  CHECK(is_host(eve));
  CHECK_FALSE(is_host(thief));
}

TEST_CASE("a host who is alone stays host without proof") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.hang_up(lost);
  world.run();
  probe_client again{world};
  again.get<reply::joined>(join_as("ann"));
  CHECK(is_host(again));
}

TEST_CASE("a member without proof comes back to its transports") {
  call at;
  auto made = at.bob.get<reply::transport_created>(verb::create_transport{});
  at.bob.hang_up(lost);
  at.world.run();
  probe_client again{at.world};
  again.get<reply::joined>(join_as("bob"));
  CHECK_FALSE(again.refusal(verb::restart_ice{made.id}));
}

TEST_CASE("a user who shows its secret keeps everything, time after time") {
  call at;
  auto made = at.ann.get<reply::transport_created>(verb::create_transport{});
  at.ann.get<reply::produced>(opus_producer());
  at.ann.get<reply::ok>(verb::lock_room{});
  at.ann.hang_up(lost);
  at.world.run();
  at.bob.script->events.clear();
  for (int i = 0; i < 4; ++i) {
    CAPTURE(i);
    probe_client again{at.world};
    auto joined = again.get<reply::joined>(join_with("ann", at.secret));
    CHECK(joined.rejoin_secret == at.secret);
    CHECK_FALSE(again.refusal(verb::restart_ice{made.id}));
    again.get<reply::ok>(verb::mute{peer_id{"bob"}, {}});
    CHECK(at.bob.refusal(verb::lock_room{}) == error_code::forbidden);
    again.hang_up(lost);
    at.world.run();
  }
  CHECK_FALSE(at.bob.event<event::peer_left>());
  CHECK_FALSE(at.bob.event<event::producer_closed>());
}

TEST_CASE("the true host takes its rights back from a stranger") {
  call at;
  probe_client thief{at.world};
  auto theirs = thief.get<reply::joined>(join_as("ann")).rejoin_secret;
  CHECK(theirs != at.secret);
  CHECK(is_host(at.bob));
  probe_client other{at.world};
  SUBCASE("from one") {}
  SUBCASE("from one after the other") {
    other.get<reply::joined>(join_as("ann"));
    CHECK(thief.script->ended == end_reason::replaced);
  }
  SUBCASE("in a room that is locked by now") {
    at.bob.get<reply::ok>(verb::lock_room{});
  }
  probe_client again{at.world};
  auto joined = again.get<reply::joined>(join_with("ann", at.secret));
  CHECK(joined.rejoin_secret == at.secret);
  CHECK(is_host(again));
  CHECK_FALSE(is_host(at.bob));
  // The stranger's secret proves nothing any more.
  probe_client back{at.world};
  back.get<reply::joined>(join_with("ann", theirs));
  CHECK(is_host(at.bob));
  CHECK_FALSE(is_host(back));
}

TEST_CASE(
    "a client that took a place without proof comes back to it by its secret") {
  call at;
  probe_client second{at.world};
  auto own = second.get<reply::joined>(join_as("ann")).rejoin_secret;
  at.bob.get<reply::ok>(verb::lock_room{});
  probe_client third{at.world};
  CHECK(third.refusal(join_as("ann")) == error_code::forbidden);
  third.get<reply::joined>(join_with("ann", own));
  CHECK(second.script->ended == end_reason::replaced);
  // In the place that it had, which is not the host's.
  CHECK_FALSE(third.refusal(verb::list_producers{}));
  CHECK(third.refusal(verb::lock_room{}) == error_code::forbidden);
}

TEST_CASE("a wrong secret is as good as none") {
  call at;
  std::string wrong = at.secret;
  SUBCASE("of another member") {
    wrong = at.bobs_secret;
  }
  SUBCASE("that differs in one character") {
    wrong.back() = wrong.back() == 'a' ? 'b' : 'a';
  }
  SUBCASE("that is a part of the right one") {
    wrong.pop_back();
  }
  SUBCASE("of the same user in another room") {
    probe_client elsewhere{at.world};
    wrong = elsewhere.get<reply::joined>(join_as("ann", "other")).rejoin_secret;
  }
  probe_client thief{at.world};
  thief.get<reply::joined>(join_with("ann", wrong));
  CHECK(is_host(at.bob));
  CHECK_FALSE(is_host(thief));
  at.bob.get<reply::ok>(verb::lock_room{});
  probe_client other{at.world};
  CHECK(other.refusal(join_with("ann", wrong)) == error_code::forbidden);
}

TEST_CASE("a secret ends with its membership") {
  call at;
  at.ann.get<reply::ok>(verb::leave{});
  CHECK(is_host(at.bob));
  probe_client again{at.world};
  auto joined = again.get<reply::joined>(join_with("ann", at.secret));
  CHECK(joined.rejoin_secret != at.secret);
  CHECK_FALSE(is_host(again));
  at.bob.get<reply::ok>(verb::lock_room{});
  probe_client late{at.world};
  CHECK(late.refusal(join_with("ann", at.secret)) == error_code::forbidden);
}

TEST_CASE("every secret is long, and nobody's but its member's") {
  call at;
  CHECK(at.secret.size() == 22);
  CHECK(at.bobs_secret.size() == 22);
  CHECK(at.secret != at.bobs_secret);
  // Whoever joins again on the same connection is told its own.
  auto rename = join_as("bob");
  rename.renames = true;
  CHECK(at.bob.get<reply::joined>(rename).rejoin_secret == at.bobs_secret);
}

TEST_CASE("where a proof is wanted a stranger gets no place that is taken") {
  call at{proven()};
  probe_client thief{at.world};
  auto refused = thief.ask(join_as("ann"));
  auto* why = std::get_if<protocol::error>(&refused);
  REQUIRE(why);
  CHECK(why->code == error_code::forbidden);
  CHECK(why->message.find("rejoinSecret") != std::string::npos);
  // A close frame's reason has no room for more (RFC 6455, section 5.5).
  CHECK(why->message.size() <= 123);
  CHECK_FALSE(at.ann.script->ended);
  CHECK(is_host(at.ann));
  at.ann.hang_up(lost);
  at.world.run();
  probe_client other{at.world};
  CHECK(other.refusal(join_as("ann")) == error_code::forbidden);
  SUBCASE("but the user comes back by its secret") {
    probe_client again{at.world};
    again.get<reply::joined>(join_with("ann", at.secret));
    CHECK(is_host(again));
  }
  SUBCASE("but anyone may once the user's time is over") {
    at.world.pass(std::chrono::seconds{11});
    other.get<reply::joined>(join_as("ann"));
    CHECK(is_host(at.bob));
  }
}

TEST_CASE("a token that names the user is a proof") {
  call at{proven()};
  at.ann.get<reply::ok>(verb::lock_room{});
  probe_client again{at.world};
  auto join = join_as("ann");
  join.vouched = true;
  again.get<reply::joined>(join);
  CHECK(at.ann.script->ended == end_reason::replaced);
  CHECK(is_host(again));
}

TEST_CASE("Socket.IO's pid is a proof") {
  actor_world world{proven()};
  probe_client ann{world};
  ann.get<reply::joined>(join_unnamed("x7"));
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  ann.get<reply::ok>(verb::lock_room{});
  probe_client again{world};
  again.get<reply::joined>(join_unnamed("x7"));
  CHECK(ann.script->ended == end_reason::replaced);
  CHECK(is_host(again));
}

TEST_CASE("a secret gives back an id that the server made") {
  actor_world world;
  probe_client ann{world};
  auto secret = ann.get<reply::joined>(join_unnamed("x7")).rejoin_secret;
  auto made = ann.get<reply::transport_created>(verb::create_transport{});
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  ann.get<reply::ok>(verb::lock_room{});
  bob.script->events.clear();
  // After a reload, Socket.IO's client has another id.
  probe_client again{world};
  auto join = join_unnamed("y8");
  join.rejoin_secret = secret;
  auto joined = again.get<reply::joined>(join);
  CHECK(joined.peer == peer_id{"x7"});
  CHECK(joined.participants.size() == 2);
  CHECK(ann.script->ended == end_reason::replaced);
  CHECK_FALSE(again.refusal(verb::restart_ice{made.id}));
  CHECK(is_host(again));
  CHECK_FALSE(bob.event<event::peer_joined>());
  // With a wrong one the newcomer is who it is.
  again.get<reply::ok>(verb::lock_room{false});
  probe_client other{world};
  join.rejoin_secret = "wrong";
  CHECK(other.get<reply::joined>(join).peer == peer_id{"y8"});
}

TEST_CASE("a member that goes on under the host's id does not become host") {
  call at;
  probe_client guest{at.world};
  auto own = guest.get<reply::joined>(join_unnamed("x7")).rejoin_secret;
  auto rename = join_as("ann");
  rename.renames = true;
  auto joined = guest.get<reply::joined>(rename);
  CHECK(joined.peer == peer_id{"ann"});
  CHECK(joined.rejoin_secret == own);
  CHECK(at.ann.script->ended == end_reason::replaced);
  CHECK(is_host(at.bob));
  CHECK_FALSE(is_host(guest));
  // The true host can have it back.
  probe_client again{at.world};
  again.get<reply::joined>(join_with("ann", at.secret));
  CHECK(guest.script->ended == end_reason::replaced);
  CHECK(is_host(again));
}

TEST_CASE("a member that proves late which user it is has that one's rank") {
  call at;
  probe_client guest{at.world};
  guest.get<reply::joined>(join_unnamed("x7"));
  auto rename = join_with("ann", at.secret);
  rename.renames = true;
  probe_client thief{at.world};
  SUBCASE("of its lost connection") {
    at.ann.hang_up(lost);
    at.world.run();
  }
  SUBCASE("though a stranger has its place") {
    thief.get<reply::joined>(join_as("ann"));
  }
  CHECK(guest.get<reply::joined>(rename).rejoin_secret == at.secret);
  CHECK(is_host(guest));
  CHECK_FALSE(is_host(at.bob));
}

TEST_CASE("where a proof is wanted nobody goes on under a member's id") {
  call at{proven()};
  probe_client guest{at.world};
  guest.get<reply::joined>(join_unnamed("x7"));
  auto rename = join_as("ann");
  rename.renames = true;
  CHECK(guest.refusal(rename) == error_code::forbidden);
  CHECK_FALSE(at.ann.script->ended);
  rename.rejoin_secret = at.secret;
  CHECK(guest.get<reply::joined>(rename).peer == peer_id{"ann"});
}

TEST_CASE("a hidden newcomer cannot take the host's rights either") {
  call at;
  probe_client thief{at.world};
  auto join = join_as("ann");
  join.hidden = true;
  // Nothing is given away before it is announced.
  CHECK(thief.get<reply::joined>(join).rejoin_secret.empty());
  verb::announce announce;
  announce.name = "Ann";
  CHECK(thief.get<reply::joined>(announce).rejoin_secret != at.secret);
  CHECK_FALSE(is_host(thief));
  CHECK(is_host(at.bob));
}

TEST_CASE("a claim remembers its first holder, and no others") {
  using actors::member_claim;
  using actors::user_proof;
  member_claim claim{"first"};
  CHECK(claim.check("first") == user_proof::holder);
  CHECK(claim.check("") == user_proof::none);
  CHECK_FALSE(claim.restore());
  claim.pass_on("second", 7);
  claim.pass_on("third", 9);
  CHECK(claim.secret() == "third");
  CHECK(claim.check("first") == user_proof::first_holder);
  CHECK(claim.check("second") == user_proof::none);
  CHECK(claim.restore() == 7);
  CHECK(claim.secret() == "first");
  CHECK(claim.check("third") == user_proof::none);
  CHECK(member_claim{}.check("") == user_proof::none);
}
