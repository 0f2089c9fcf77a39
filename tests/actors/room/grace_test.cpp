#include "net/dtls/digest.hpp"
#include "tests/actors/support/probe_client.hpp"

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::end_reason;
using protocol::error_code;
using protocol::peer_id;
using protocol::room_id;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr bool lost = true;

/// Ann, who sends, and Bob, who receives; then Ann's connection breaks.
struct broken_scene {
  explicit broken_scene(actors::config settings = {})
      : world(std::move(settings)) {
    world.run();
    transport = ann.create_transport("send");
    producer = ann.produce(audio_track(1));
    secret = text_at(ann.request("get-rtp-capabilities"), "/rejoinSecret");
    forget_pushes();
    ann.hang_up(lost);
    world.run();
  }

  void forget_pushes() {
    bob.messages().pushes.clear();
  }

  bool quiet() {
    return bob.messages().pushes.empty();
  }

  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  std::string transport;
  std::string producer;
  std::string secret; // proves that a client is Ann's
};

std::string about(const char* member, const std::string& id) {
  return std::string{"{\""} + member + "\":" + quoted(id) + "}";
}

/// A client of dialect B at the level of Socket.IO frames.
struct socketio_client {
  socketio_client(actor_world& x, const std::string& connect)
      : world(x)
      , connection(std::make_shared<fake_connection>()) {
    protocol::handshake hello;
    hello.carrier = protocol::carrier::socketio;
    hello.path = "/socket.io/";
    hello.derive_id = net::derive_id;
    session = actors::spawn_session(
        *world.system,
        {connection, protocol::find_dialect(hello), hello, world.services,
         caf::actor_cast<actors::room_gate_actor>(world.server)});
    say("0" + connect);
    REQUIRE_FALSE(connection->sent.empty());
    auto hi = parse_json(connection->sent.front().substr(1));
    connection->sent.pop_front();
    sid = text_at(hi, "/sid");
    pid = text_at(hi, "/pid");
  }

  ~socketio_client() {
    hang_up(false);
    world.run();
  }

  void say(const std::string& text) {
    caf::anon_send(session, actors::frame_received{text, false});
    world.run();
  }

  void join() {
    say(R"(20["join-mediasoup-room",{"roomId":"r"}])");
    REQUIRE_FALSE(connection->sent.empty());
    REQUIRE(connection->sent.front().starts_with("30[{\"existingProducers\""));
    connection->sent.clear();
  }

  void hang_up(bool is_lost) {
    if (session)
      caf::anon_send(session, actors::connection_closed{is_lost});
    session = nullptr;
    world.run();
  }

  actor_world& world;
  std::shared_ptr<fake_connection> connection;
  actors::session_actor session;
  std::string sid;
  std::string pid;
};

} // namespace

TEST_CASE("a member that returns in time keeps all, and no member notices") {
  broken_scene at;
  at.world.pass(seconds{9});
  fake_client again{at.world, "r", "ann", at.secret};
  at.world.run();
  CHECK_FALSE(again.closed());
  CHECK(at.quiet());
  CHECK(at.bob.request("get-producers")["data"].Size() == 1);
  // The grace time no longer runs.
  at.world.pass(seconds{9});
  CHECK(at.quiet());
  auto restarted =
      again.request("restart-ice", about("transportId", at.transport));
  CHECK(text_at(restarted, "/type") == "ice-restarted");
  // After a resume, another transport can be added to the old one.
  again.create_transport("recv");
  CHECK(at.quiet());
  again.request("pause-producer", about("producerId", at.producer));
  CHECK(at.bob.push("producer-paused"));
  again.hang_up();
  at.world.run();
  CHECK(at.bob.push("participant-left"));
}

TEST_CASE("a member that returns before its loss is noticed keeps all, too") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  auto transport = ann.create_transport("send");
  auto producer = ann.produce(audio_track(1));
  auto secret = text_at(ann.request("get-rtp-capabilities"), "/rejoinSecret");
  bob.messages().pushes.clear();
  fake_client again{world, "r", "ann", secret};
  world.run();
  CHECK(ann.closed() == 4001);
  ann.hang_up(lost);
  world.pass(seconds{30});
  CHECK(bob.messages().pushes.empty());
  auto restarted =
      again.request("restart-ice", about("transportId", transport));
  CHECK(text_at(restarted, "/type") == "ice-restarted");
  again.request("pause-producer", about("producerId", producer));
  CHECK(bob.push("producer-paused"));
  // Now the loss of this connection counts.
  again.hang_up(lost);
  world.pass(seconds{9});
  CHECK_FALSE(bob.push("participant-left"));
  world.pass(seconds{2});
  CHECK(bob.push("participant-left"));
}

TEST_CASE("a member that does not return in time has left") {
  broken_scene at;
  at.world.pass(milliseconds{9990});
  CHECK(at.quiet());
  at.world.pass(milliseconds{20});
  CHECK(at.bob.push("producer-closed"));
  CHECK(at.bob.push("participant-left"));
  fake_client again{at.world, "r", "ann"};
  at.world.run();
  CHECK(at.bob.push("participant-joined"));
  again.hang_up();
  at.bob.hang_up();
  at.world.run();
  CHECK(at.world.live() == at.world.baseline);
  CHECK(at.world.rooms() == 0);
}

TEST_CASE("a room whose only member is lost waits as well") {
  actor_world world;
  {
    fake_client ann{world, "r", "ann"};
    world.run();
    ann.hang_up(lost);
    world.pass(seconds{9});
    CHECK(world.rooms() == 1);
  }
  {
    fake_client again{world, "r", "ann"};
    world.run();
    again.hang_up(lost);
    world.pass(seconds{9});
    CHECK(world.rooms() == 1);
    world.pass(seconds{2});
  }
  CHECK(world.rooms() == 0);
  CHECK(world.live() == world.baseline);
}

TEST_CASE("a member that begins anew ends what its earlier session left") {
  broken_scene at;
  fake_client again{at.world, "r", "ann"};
  at.world.run();
  auto transport = again.create_transport("send");
  at.world.run();
  auto closed = at.bob.push("producer-closed");
  REQUIRE(closed);
  CHECK(text_at(*closed, "/data/producerId") == at.producer);
  CHECK_FALSE(again.push("consumer-closed"));
  auto gone = again.request("restart-ice", about("transportId", at.transport));
  CHECK(text_at(gone, "/data/code") == "transport-not-found");
  // Only the first new transport does so.
  auto producer = again.produce(audio_track(1));
  again.create_transport("recv");
  auto paused = again.request("pause-producer", about("producerId", producer));
  CHECK(text_at(paused, "/type") == "producer-paused");
}

TEST_CASE("a member that closes its connection has left at once") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  ann.hang_up();
  world.run();
  CHECK(bob.push("participant-left"));
}

TEST_CASE("without grace a lost connection counts as a leave") {
  actors::config settings;
  settings.room.reconnect_grace = seconds{0};
  broken_scene at{settings};
  CHECK(at.bob.push("participant-left"));
}

TEST_CASE("a member that has no way to return has left at once") {
  actor_world world;
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  probe_client ann{world};
  auto join = join_as("ann", {.id = id_origin::server});
  ann.get<reply::joined>(join);
  ann.hang_up(lost);
  world.run();
  CHECK(bob.event<event::peer_left>());
  // A member that left before its connection broke cannot return either.
  probe_client eve{world};
  eve.get<reply::joined>(join_as("eve"));
  eve.get<reply::ok>(verb::leave{});
  eve.hang_up(lost);
  world.run();
  CHECK(bob.event<event::peer_left>());
}

TEST_CASE(
    "an id derived from a secret can be taken over only with the secret") {
  actor_world world;
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  probe_client ann{world};
  auto join = join_as("ann", {.id = id_origin::derived});
  ann.get<reply::joined>(join);
  ann.hang_up(lost);
  world.run();
  probe_client thief{world};
  CHECK(thief.refusal(join_as("ann")) == error_code::forbidden);
  bob.script->events.clear();
  probe_client again{world};
  again.get<reply::joined>(join);
  CHECK(bob.script->events.empty());
}

TEST_CASE("a member that returns hidden gets no events until it is announced") {
  actor_world world;
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  probe_client ann{world};
  auto join = join_as("ann", {.hidden = true});
  ann.get<reply::joined>(join);
  verb::announce announce;
  announce.name = "Ann";
  ann.get<reply::joined>(announce);
  ann.hang_up(lost);
  world.run();
  bob.script->events.clear();
  probe_client again{world};
  CHECK(again.get<reply::joined>(join).participants.empty());
  bob.get<reply::ok>(verb::set_display_name{"Robert"});
  world.run();
  CHECK_FALSE(again.event<event::peer_updated>());
  CHECK(again.refusal(verb::list_producers{}) == error_code::not_joined);
  bob.script->events.clear();
  announce.name = "Anna";
  CHECK(again.get<reply::joined>(announce).participants.size() == 2);
  CHECK_FALSE(bob.event<event::peer_joined>());
  CHECK(again.refusal(announce) == error_code::already_joined);
  CHECK(bob.get<reply::producers>(verb::list_producers{}).list.empty());
  bob.get<reply::ok>(verb::set_display_name{"Bob"});
  world.run();
  CHECK(again.event<event::peer_updated>());
}

TEST_CASE("the host stays host while it is lost") {
  actor_world world;
  probe_client ann{world};
  auto as_ann = join_as("ann");
  as_ann.rejoin_secret = ann.get<reply::joined>(as_ann).rejoin_secret;
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  ann.hang_up(lost);
  world.run();
  CHECK(bob.refusal(verb::lock_room{}) == error_code::forbidden);
  probe_client again{world};
  again.get<reply::joined>(as_ann);
  again.get<reply::ok>(verb::lock_room{});
  // A lock does not keep out a member with proof.
  again.hang_up(lost);
  world.run();
  probe_client third{world};
  third.get<reply::joined>(as_ann);
  // A member that is removed while lost cannot return.
  bob.hang_up(lost);
  world.run();
  third.get<reply::ok>(verb::kick{peer_id{"bob"}});
  probe_client late{world};
  CHECK(late.refusal(join_as("bob")) == error_code::forbidden);
}

TEST_CASE("rights are those of the latest token") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.hang_up(lost);
  world.run();
  probe_client again{world};
  auto join = join_as("ann", {.rights = {.publish = false, .moderate = false}});
  again.get<reply::joined>(join);
  CHECK(again.refusal(verb::produce{}) == error_code::forbidden);
  CHECK(again.refusal(verb::lock_room{}) == error_code::forbidden);
}

TEST_CASE("lost members end with the room and with the server") {
  actor_world world;
  {
    probe_client ann{world};
    ann.get<reply::joined>(join_as("ann"));
    probe_client bob{world};
    bob.get<reply::joined>(join_as("bob"));
    bob.hang_up(lost);
    world.run();
    ann.get<reply::ok>(verb::end_room{});
    world.run();
    CHECK(world.rooms() == 0);
  }
  CHECK(world.live() == world.baseline);
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.hang_up(lost);
  world.run();
  CHECK(world.live() > world.baseline);
  caf::anon_send_exit(world.server, caf::exit_reason::user_shutdown);
  world.run();
  CHECK(world.live() == world.baseline - 1);
}

TEST_CASE("a Socket.IO client that sends its pid is the same user") {
  actor_world world;
  fake_client bob{world, "r", "bob"};
  world.run();
  socketio_client first{world, "{}"};
  CHECK(first.sid != first.pid);
  first.join();
  auto joined = bob.push("participant-joined");
  REQUIRE(joined);
  CHECK(text_at(*joined, "/data/peerId") == first.sid);
  first.hang_up(lost);
  CHECK_FALSE(bob.push("participant-left"));
  auto shown = R"({"pid":")" + first.pid + R"(","offset":"x"})";
  socketio_client second{world, shown};
  CHECK(second.sid == first.sid);
  CHECK(second.pid != first.pid);
  second.join();
  CHECK_FALSE(bob.push("participant-left"));
  CHECK_FALSE(bob.push("participant-joined"));
  // The same holds before the server has noticed the loss.
  socketio_client third{world, R"({"pid":")" + second.pid + "\"}"};
  CHECK(third.sid == first.sid);
  third.join();
  CHECK(second.connection->closed == 4001);
  // Disconnected in Socket.IO's terms, it does not reconnect.
  CHECK(second.connection->sent.back() == "1");
  CHECK_FALSE(bob.push("participant-left"));
  // Another user has another sid.
  socketio_client other{world, R"({"pid":"12345678.short"})"};
  CHECK(other.sid != first.sid);
}

TEST_CASE("a client cannot choose an id of the form derived from a secret") {
  actor_world world;
  const auto sid = net::derive_id("secret");
  probe_client thief{world};
  CHECK(thief.refusal(join_as(sid)) == error_code::forbidden);
  // Neither can a client without a name of its own, such as a broadcaster.
  auto broadcaster = join_as(sid, {.id = id_origin::server});
  CHECK(thief.refusal(broadcaster) == error_code::forbidden);
  // Neither can a client that identifies itself later.
  auto guest = join_as("x7", {.id = id_origin::server});
  probe_client late{world};
  late.get<reply::joined>(guest);
  auto renamed = join_as(sid, {.renames = true});
  CHECK(late.refusal(renamed) == error_code::forbidden);
  // The client with the secret gets it.
  auto join = join_as(sid, {.id = id_origin::derived});
  probe_client ann{world};
  CHECK(ann.get<reply::joined>(join).peer.str() == sid);
}
