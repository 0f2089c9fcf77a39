// Takeover of a member's session, and the rights it gives (docs/adr/0030).

#include "tests/actors/support/probe_client.hpp"

#include "actors/room/member_claim.hpp"

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
  return join_as(who, {.rejoin_secret = secret});
}

/// Joins under an id that the server made, as clients of dialects B and C do.
verb::join join_unnamed(const std::string& sid) {
  return join_as(sid, {.id = id_origin::derived});
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

/// A room that Ann has opened and Bob has joined.
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
    // The host is not affected.
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
  // The next member by join time becomes host. After it comes the member that
  // joined before the stranger, not the stranger.
  CHECK(is_host(at.bob));
  CHECK_FALSE(is_host(eve));
  at.bob.get<reply::ok>(verb::leave{});
  CHECK(is_host(eve));
  CHECK_FALSE(is_host(thief));
}

TEST_CASE("a host that is alone stays host without proof") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.hang_up(lost);
  world.run();
  probe_client again{world};
  again.get<reply::joined>(join_as("ann"));
  CHECK(is_host(again));
}

TEST_CASE("a member without proof returns to its transports") {
  call at;
  auto made = at.bob.get<reply::transport_created>(verb::create_transport{});
  at.bob.hang_up(lost);
  at.world.run();
  probe_client again{at.world};
  again.get<reply::joined>(join_as("bob"));
  CHECK_FALSE(again.refusal(verb::restart_ice{made.id}));
}

TEST_CASE("a user with its secret keeps everything, however often it returns") {
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
  SUBCASE("one stranger took over") {}
  SUBCASE("one stranger after another took over") {
    other.get<reply::joined>(join_as("ann"));
    CHECK(thief.script->ended == end_reason::replaced);
  }
  SUBCASE("the room is locked meanwhile") {
    at.bob.get<reply::ok>(verb::lock_room{});
  }
  probe_client again{at.world};
  auto joined = again.get<reply::joined>(join_with("ann", at.secret));
  CHECK(joined.rejoin_secret == at.secret);
  CHECK(is_host(again));
  CHECK_FALSE(is_host(at.bob));
  // The stranger's secret is no longer valid.
  probe_client back{at.world};
  back.get<reply::joined>(join_with("ann", theirs));
  CHECK(is_host(at.bob));
  CHECK_FALSE(is_host(back));
}

TEST_CASE(
    "a client that took over without proof can return with its own secret") {
  call at;
  probe_client second{at.world};
  auto own = second.get<reply::joined>(join_as("ann")).rejoin_secret;
  at.bob.get<reply::ok>(verb::lock_room{});
  probe_client third{at.world};
  CHECK(third.refusal(join_as("ann")) == error_code::forbidden);
  third.get<reply::joined>(join_with("ann", own));
  CHECK(second.script->ended == end_reason::replaced);
  // It has the rights that it had, not those of the host.
  CHECK_FALSE(third.refusal(verb::list_producers{}));
  CHECK(third.refusal(verb::lock_room{}) == error_code::forbidden);
}

TEST_CASE("a wrong secret counts as none") {
  call at;
  std::string wrong = at.secret;
  SUBCASE("a secret of another member") {
    wrong = at.bobs_secret;
  }
  SUBCASE("a secret that differs in one character") {
    wrong.back() = wrong.back() == 'a' ? 'b' : 'a';
  }
  SUBCASE("a part of the right secret") {
    wrong.pop_back();
  }
  SUBCASE("a secret of the same user in another room") {
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

TEST_CASE("a secret is invalid after its membership has ended") {
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

TEST_CASE("every secret is long, and is sent to its member alone") {
  call at;
  CHECK(at.secret.size() == 22);
  CHECK(at.bobs_secret.size() == 22);
  CHECK(at.secret != at.bobs_secret);
  // A second join on the same connection is sent that member's secret.
  auto rename = join_as("bob", {.renames = true});
  CHECK(at.bob.get<reply::joined>(rename).rejoin_secret == at.bobs_secret);
}

TEST_CASE("with takeover = proven a stranger cannot take over an id in use") {
  call at{proven()};
  probe_client thief{at.world};
  auto refused = thief.ask(join_as("ann"));
  auto* why = std::get_if<protocol::error>(&refused);
  REQUIRE(why);
  CHECK(why->code == error_code::forbidden);
  CHECK(why->message.find("rejoinSecret") != std::string::npos);
  // The limit of a close frame's reason (RFC 6455, section 5.5).
  CHECK(why->message.size() <= 123);
  CHECK_FALSE(at.ann.script->ended);
  CHECK(is_host(at.ann));
  at.ann.hang_up(lost);
  at.world.run();
  probe_client other{at.world};
  CHECK(other.refusal(join_as("ann")) == error_code::forbidden);
  SUBCASE("the user returns with its secret") {
    probe_client again{at.world};
    again.get<reply::joined>(join_with("ann", at.secret));
    CHECK(is_host(again));
  }
  SUBCASE("any client can take the id after the user's grace time") {
    at.world.pass(std::chrono::seconds{11});
    other.get<reply::joined>(join_as("ann"));
    CHECK(is_host(at.bob));
  }
}

TEST_CASE("a token that names the user is a proof") {
  call at{proven()};
  at.ann.get<reply::ok>(verb::lock_room{});
  probe_client again{at.world};
  auto join = join_as("ann", {.vouched = true});
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

TEST_CASE("a secret restores an id that the server made") {
  actor_world world;
  probe_client ann{world};
  auto secret = ann.get<reply::joined>(join_unnamed("x7")).rejoin_secret;
  auto made = ann.get<reply::transport_created>(verb::create_transport{});
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  ann.get<reply::ok>(verb::lock_room{});
  bob.script->events.clear();
  // After a reload a Socket.IO client has another id.
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
  // With a wrong secret the newcomer keeps its own id.
  again.get<reply::ok>(verb::lock_room{false});
  probe_client other{world};
  join.rejoin_secret = "wrong";
  CHECK(other.get<reply::joined>(join).peer == peer_id{"y8"});
}

TEST_CASE("a member that takes over the host's id late does not become host") {
  call at;
  probe_client guest{at.world};
  auto own = guest.get<reply::joined>(join_unnamed("x7")).rejoin_secret;
  auto rename = join_as("ann", {.renames = true});
  auto joined = guest.get<reply::joined>(rename);
  CHECK(joined.peer == peer_id{"ann"});
  CHECK(joined.rejoin_secret == own);
  CHECK(at.ann.script->ended == end_reason::replaced);
  CHECK(is_host(at.bob));
  CHECK_FALSE(is_host(guest));
  // The true host can take it back.
  probe_client again{at.world};
  again.get<reply::joined>(join_with("ann", at.secret));
  CHECK(guest.script->ended == end_reason::replaced);
  CHECK(is_host(again));
}

TEST_CASE("a member that proves its user late has that user's rank") {
  call at;
  probe_client guest{at.world};
  guest.get<reply::joined>(join_unnamed("x7"));
  auto rename = join_with("ann", at.secret);
  rename.renames = true;
  probe_client thief{at.world};
  SUBCASE("the user's connection is lost") {
    at.ann.hang_up(lost);
    at.world.run();
  }
  SUBCASE("a stranger has the user's session") {
    thief.get<reply::joined>(join_as("ann"));
  }
  CHECK(guest.get<reply::joined>(rename).rejoin_secret == at.secret);
  CHECK(is_host(guest));
  CHECK_FALSE(is_host(at.bob));
}

TEST_CASE("with takeover = proven a rename cannot take over a member's id") {
  call at{proven()};
  probe_client guest{at.world};
  guest.get<reply::joined>(join_unnamed("x7"));
  auto rename = join_as("ann", {.renames = true});
  CHECK(guest.refusal(rename) == error_code::forbidden);
  CHECK_FALSE(at.ann.script->ended);
  rename.rejoin_secret = at.secret;
  CHECK(guest.get<reply::joined>(rename).peer == peer_id{"ann"});
}

TEST_CASE("a hidden newcomer cannot take the host's rights either") {
  call at;
  probe_client thief{at.world};
  auto join = join_as("ann", {.hidden = true});
  // No rights change before it is announced.
  CHECK(thief.get<reply::joined>(join).rejoin_secret.empty());
  verb::announce announce;
  announce.name = "Ann";
  CHECK(thief.get<reply::joined>(announce).rejoin_secret != at.secret);
  CHECK_FALSE(is_host(thief));
  CHECK(is_host(at.bob));
}

TEST_CASE("a claim remembers its first holder and no other") {
  using actors::member_claim;
  using actors::user_proof;
  member_claim claim{"first"};
  CHECK(claim.check("first") == user_proof::holder);
  CHECK(claim.check("") == user_proof::none);
  CHECK_FALSE(claim.restore());
  claim.pass_on("second", actors::standing{7});
  claim.pass_on("third", actors::standing{9});
  CHECK(claim.secret() == "third");
  CHECK(claim.check("first") == user_proof::first_holder);
  CHECK(claim.check("second") == user_proof::none);
  CHECK(claim.restore() == actors::standing{7});
  CHECK(claim.secret() == "first");
  CHECK(claim.check("third") == user_proof::none);
  CHECK(member_claim{}.check("") == user_proof::none);
}
