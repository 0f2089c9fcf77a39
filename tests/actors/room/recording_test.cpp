// What the room does about recordings: who may start one, who is told, who is
// recorded, and how it ends.

#include "actors/base/caf_error.hpp"
#include "tests/actors/support/fake_recordings.hpp"
#include "tests/actors/support/memory_disk.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::error_code;
using protocol::peer_id;

namespace {

using lines = std::vector<std::string>;

/// Ann, who is the host, and Bob.
struct call {
  explicit call(bool asks = false) : world(asks) {
    ann.get<reply::joined>(join_as("ann"));
    bob.get<reply::joined>(join_as("bob"));
  }

  protocol::recording_info start() {
    return *ann.get<reply::recording>(verb::start_recording{"Weekly"}).what;
  }

  void produce(probe_client& who) {
    verb::create_transport open;
    open.direction = protocol::direction::send;
    who.get<reply::transport_created>(open);
    who.get<reply::produced>(opus_producer());
    world.run();
  }

  lines told() {
    world.pass(50ms);
    return world.recordings.told();
  }

  // Why the last answer is a refusal; null if it is none.
  static const protocol::error* last_refusal(const probe_client& who) {
    const auto& all = who.script->outcomes;
    return all.empty() ? nullptr
                       : std::get_if<protocol::error>(&all.rbegin()->second);
  }

  disk_stage disk;
  recorded_world world;
  probe_client ann{world};
  probe_client bob{world};
};

template <class Event>
std::optional<Event> event_after(actor_world& world, probe_client& who) {
  world.pass(100ms);
  return who.event<Event>();
}

} // namespace

TEST_CASE("all members are told when a host starts a recording and stops it") {
  call x;
  const auto info = x.start();
  CHECK(info.title == "Weekly");
  CHECK(info.by == peer_id{"ann"});
  CHECK(info.by_name == "ann");
  CHECK_FALSE(info.asks);
  CHECK(x.ann.refusal(verb::start_recording{}) == error_code::limit_reached);
  for (auto* who : {&x.ann, &x.bob}) {
    const auto told = event_after<event::recording_started>(x.world, *who);
    REQUIRE(told);
    CHECK(told->what == info);
    CHECK(who->get<reply::recording>(verb::get_recording{}).what == info);
  }
  x.ann.get<reply::ok>(verb::stop_recording{});
  for (auto* who : {&x.ann, &x.bob}) {
    const auto told = event_after<event::recording_stopped>(x.world, *who);
    REQUIRE(told);
    CHECK(told->id == info.id);
    CHECK(told->reason == "stopped");
    CHECK(told->duration == 1500ms);
    CHECK_FALSE(who->get<reply::recording>(verb::get_recording{}).what);
  }
  CHECK(x.ann.refusal(verb::stop_recording{})
        == error_code::recording_not_found);
  CHECK(x.start().id != info.id);
}

TEST_CASE("a recording begins only with enough room on the disk") {
  call x;
  x.world.recordings.services->min_free = 1000;
  x.world.recordings.services->disk = x.disk.thread;
  x.ann.send(verb::start_recording{"Weekly"});
  x.world.run();
  SUBCASE("which there is") {
    x.disk.disk->free = 1000;
    x.disk.settle();
    x.world.run();
    CHECK(x.bob.get<reply::recording>(verb::get_recording{}).what);
    CHECK(event_after<event::recording_started>(x.world, x.ann));
  }
  SUBCASE("which there is not") {
    x.disk.disk->free = 999;
    x.disk.settle();
    x.world.run();
    CHECK_FALSE(x.bob.get<reply::recording>(verb::get_recording{}).what);
    const auto* why = x.last_refusal(x.ann);
    REQUIRE(why);
    CHECK(why->code == error_code::overloaded);
    CHECK(why->message == "The server's disk is full");
    // It may have more another time.
    x.disk.disk->free = 1000;
    x.ann.send(verb::start_recording{"Weekly"});
    x.world.run();
    x.disk.settle();
    x.world.run();
    CHECK(x.bob.get<reply::recording>(verb::get_recording{}).what);
  }
}

TEST_CASE("a disk that is frozen holds up no room") {
  call x;
  x.world.recordings.services->disk = x.disk.thread;
  x.ann.send(verb::start_recording{"Weekly"});
  x.world.run();
  CHECK_FALSE(x.bob.get<reply::recording>(verb::get_recording{}).what);
  x.produce(x.bob);
  CHECK_FALSE(x.last_refusal(x.ann));
  x.world.pass(3100ms);
  const auto* why = x.last_refusal(x.ann);
  REQUIRE(why);
  CHECK(why->code == error_code::overloaded);
  CHECK(why->message == "The server's disk does not answer");
  // The disk works again: the refused start begins no recording.
  x.disk.settle();
  x.world.run();
  CHECK_FALSE(x.bob.get<reply::recording>(verb::get_recording{}).what);
  CHECK(x.world.recordings.started.empty());
}

TEST_CASE("a room is recorded once, though the disk is asked first") {
  call x;
  x.world.recordings.services->disk = x.disk.thread;
  x.ann.send(verb::start_recording{"Weekly"});
  x.world.run();
  probe_client cleo{x.world};
  cleo.get<reply::joined>(join_as("cleo", {.rights = {.record = true}}));
  CHECK(cleo.refusal(verb::start_recording{}) == error_code::limit_reached);
  SUBCASE("the first one begins") {
    x.disk.settle();
    x.world.run();
    CHECK(x.world.recordings.started.size() == 1);
  }
  SUBCASE("unless its member has left meanwhile") {
    x.ann.hang_up();
    x.world.run();
    x.disk.settle();
    x.world.run();
    CHECK(x.world.recordings.started.empty());
    cleo.send(verb::start_recording{});
    x.world.run();
    x.disk.settle();
    x.world.run();
    CHECK(x.world.recordings.started.size() == 1);
  }
}

TEST_CASE("only hosts and those whose token says so may record") {
  call x;
  const auto may = [](probe_client& who) {
    return std::vector{who.refusal(verb::start_recording{}),
                       who.refusal(verb::list_recordings{}),
                       who.refusal(verb::stop_recording{})};
  };
  const std::vector<std::optional<error_code>> no(3, error_code::forbidden);
  const std::vector<std::optional<error_code>> yes(3);
  CHECK(may(x.bob) == no);
  CHECK(may(x.ann) == yes);
  probe_client cleo{x.world};
  cleo.get<reply::joined>(join_as("cleo", {.rights = {.record = true}}));
  CHECK(may(cleo) == yes);
  probe_client dan{x.world};
  dan.get<reply::joined>(
      join_as("dan", {.rights = {.moderate = true, .record = false}}));
  CHECK(may(dan) == no);
  probe_client hidden{x.world};
  hidden.get<reply::joined>(
      join_as("eve", {.hidden = true, .rights = {.record = true}}));
  CHECK(hidden.refusal(verb::start_recording{}) == error_code::not_joined);
}

TEST_CASE("a server without a folder for recordings makes and lists none") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  CHECK(ann.refusal(verb::start_recording{}) == error_code::unsupported);
  CHECK(ann.refusal(verb::list_recordings{}) == error_code::unsupported);
  CHECK(ann.refusal(verb::stop_recording{}) == error_code::recording_not_found);
  ann.get<reply::ok>(verb::consent_to_recording{});
}

TEST_CASE("those who may record get the list of the library") {
  call x;
  const auto list = x.ann.get<reply::recordings>(verb::list_recordings{}).list;
  REQUIRE(list.size() == 1);
  CHECK(list[0].room == protocol::room_id{"r"});
}

TEST_CASE("a late joiner and one that comes back find the recording") {
  call x;
  const auto info = x.start();
  probe_client cleo{x.world};
  CHECK(cleo.get<reply::joined>(join_as("cleo")).recording == info);
  x.bob.hang_up(true);
  x.world.run();
  probe_client again{x.world};
  CHECK(again.get<reply::joined>(join_as("bob")).recording == info);
  x.ann.get<reply::ok>(verb::stop_recording{});
  x.world.pass(100ms);
  probe_client dan{x.world};
  CHECK_FALSE(dan.get<reply::joined>(join_as("dan")).recording);
}

TEST_CASE("what members send is recorded, whether it began before or after") {
  call x;
  x.produce(x.bob);
  x.start();
  CHECK(x.told() == lines{"joined ann", "joined bob", "record bob"});
  x.produce(x.ann);
  CHECK(x.told() == lines{"record ann"});
  x.bob.get<reply::ok>(verb::set_display_name{"Robert"});
  CHECK(x.told() == lines{"joined bob"});
  x.bob.get<reply::ok>(verb::leave{});
  CHECK(x.told() == lines{"left bob"});
}

TEST_CASE("a member that is asked is recorded while it accepts") {
  call x{true};
  x.produce(x.bob);
  const auto info = x.start();
  CHECK(info.asks);
  CHECK(x.told() == lines{"joined ann", "joined bob"});
  const auto asked = x.bob.event<event::recording_consent_asked>();
  REQUIRE(asked);
  CHECK(asked->what == info);
  x.bob.get<reply::ok>(verb::consent_to_recording{});
  CHECK(x.told() == lines{"record bob"});
  x.bob.get<reply::ok>(verb::consent_to_recording{});
  CHECK(x.told().empty());
  x.bob.get<reply::ok>(verb::consent_to_recording{false});
  CHECK(x.told() == lines{"forget bob"});
  x.produce(x.ann);
  CHECK(x.told().empty());
  // Another recording asks anew.
  x.ann.get<reply::ok>(verb::consent_to_recording{});
  x.ann.get<reply::ok>(verb::stop_recording{});
  x.told();
  x.start();
  CHECK(x.told() == lines{"joined ann", "joined bob"});
  CHECK(x.ann.event<event::recording_consent_asked>());
}

TEST_CASE("newcomers are asked after the answer to their join") {
  call x{true};
  x.start();
  probe_client cleo{x.world};
  const auto joined = cleo.get<reply::joined>(join_as("cleo"));
  CHECK(joined.recording);
  x.world.pass(50ms);
  CHECK(cleo.event<event::recording_consent_asked>());
  CHECK_FALSE(cleo.event<event::recording_consent_asked>());
  cleo.get<reply::ok>(verb::consent_to_recording{});
  x.told();
  SUBCASE("one that comes back keeps its consent") {
    cleo.hang_up(true);
    x.world.run();
    probe_client again{x.world};
    again.get<reply::joined>(
        join_as("cleo", {.rejoin_secret = joined.rejoin_secret}));
    x.world.pass(50ms);
    CHECK_FALSE(again.event<event::recording_consent_asked>());
    x.produce(again);
    CHECK(x.told() == lines{"record cleo"});
  }
  SUBCASE("who takes its id without a proof is asked, and not recorded") {
    cleo.hang_up(true);
    x.world.run();
    probe_client other{x.world};
    other.get<reply::joined>(join_as("cleo"));
    CHECK(x.told() == lines{"forget cleo"});
    CHECK(other.event<event::recording_consent_asked>());
  }
  SUBCASE("one that has left does not") {
    cleo.get<reply::ok>(verb::leave{});
    probe_client again{x.world};
    again.get<reply::joined>(join_as("cleo"));
    x.world.pass(50ms);
    CHECK(again.event<event::recording_consent_asked>());
    x.told();
    x.produce(again);
    CHECK(x.told().empty());
  }
}

TEST_CASE("a recording ends with the last member, and the room waits for it") {
  recorded_world world;
  world.recordings.slow = true;
  {
    probe_client ann{world};
    ann.get<reply::joined>(join_as("ann"));
    ann.get<reply::recording>(verb::start_recording{});
    world.recordings.told();
  }
  CHECK(world.recordings.told() == lines{"left ann", "finish room-ended"});
  CHECK(world.rooms() == 0);
  // Its actor is there until the files are.
  CHECK(world.live() > world.baseline);
  {
    probe_client bob{world};
    CHECK_FALSE(bob.get<reply::joined>(join_as("bob")).recording);
  }
  world.recordings.end(world.recordings.started[0],
                       actors::recording_end::room_ended);
  world.run();
  CHECK(world.live() == world.baseline);
}

TEST_CASE("members are told why a recording ends by itself") {
  call x;
  x.start();
  std::string reason;
  SUBCASE("the disk is full") {
    x.world.recordings.end(x.world.recordings.started[0],
                           actors::recording_end::disk_full);
    reason = "disk-full";
  }
  SUBCASE("its actor has failed") {
    x.world.recordings.fails = true;
    x.ann.get<reply::ok>(verb::stop_recording{});
    reason = "internal";
  }
  const auto told = event_after<event::recording_stopped>(x.world, x.bob);
  REQUIRE(told);
  CHECK(told->reason == reason);
  CHECK_FALSE(x.bob.get<reply::recording>(verb::get_recording{}).what);
}

TEST_CASE("the operator starts a recording, and ends it by its id") {
  call x;
  caf::scoped_actor self{*x.world.system};
  const auto ask = [&](const auto& whom, auto what, auto on_answer) {
    std::optional<error_code> refused;
    auto answer = self->request(whom, caf::infinite, std::move(what));
    x.world.run();
    answer.receive(on_answer, [&](const caf::error& why) {
      refused = actors::from_caf(why).code;
    });
    return refused;
  };
  actors::room_actor room;
  ask(x.world.server, actors::find_room{protocol::room_id{"r"}},
      [&](const actors::room_found& found) { room = found.room; });
  protocol::recording_info info;
  ask(room, actors::start_room_recording{"Board"},
      [&](const reply::recording& started) { info = *started.what; });
  CHECK(info.title == "Board");
  CHECK(info.by.empty());
  actors::room_actor found_again;
  ask(x.world.server, actors::find_recording{info.id},
      [&](const actors::room_found& found) { found_again = found.room; });
  CHECK(found_again == room);
  const auto on_done = [](const actors::done&) {
  };
  CHECK(ask(room, actors::stop_room_recording{protocol::recording_id{"r7"}},
            on_done)
        == error_code::recording_not_found);
  CHECK_FALSE(ask(room, actors::stop_room_recording{info.id}, on_done));
  CHECK(event_after<event::recording_stopped>(x.world, x.bob));
  CHECK(ask(x.world.server, actors::find_recording{info.id},
            [](const actors::room_found&) {})
        == error_code::recording_not_found);
}

TEST_CASE("with record.auto the first member's answer has the recording") {
  recorded_world world{false, true};
  probe_client ann{world};
  const auto joined = ann.get<reply::joined>(join_as("ann"));
  REQUIRE(joined.recording);
  CHECK(joined.recording->by.empty());
  probe_client bob{world};
  CHECK(bob.get<reply::joined>(join_as("bob")).recording == joined.recording);
  CHECK(world.recordings.started.size() == 1);
}
