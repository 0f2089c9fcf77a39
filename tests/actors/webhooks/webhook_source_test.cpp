#include "actors/webhooks/webhook_source.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using protocol::peer_id;
using protocol::producer_id;

namespace {

struct scene {
  // The events so far, as "kind member track".
  std::vector<std::string> told() {
    std::vector<std::string> out;
    while (auto x = source.poll_event()) {
      std::string text{to_string(x->kind)};
      if (x->participant)
        text += " " + x->participant->name;
      if (x->track)
        text += " " + x->track->sid.str();
      out.push_back(text);
      last = std::move(*x);
    }
    return out;
  }

  void publish(const std::string& who, const std::string& what) {
    protocol::producer_info x;
    x.id = producer_id{what};
    x.peer = peer_id{who};
    source.handle_published(x, now);
  }

  webhook_source source{protocol::room_id{"r"}, "n1", net::make_seeded_rng(1)};
  std::chrono::sys_seconds now{std::chrono::seconds{100}};
  webhook_event last;
};

using lines = std::vector<std::string>;

const peer_id ann{"ann"};
const peer_id bob{"bob"};

} // namespace

TEST_CASE("a room starts with its first member and finishes with its last") {
  scene x;
  x.source.handle_joined(ann, "Ann", x.now);
  x.source.handle_joined(bob, "Bob", x.now);
  CHECK(x.told()
        == lines{"room_started", "participant_joined Ann",
                 "participant_joined Bob"});
  const auto first = x.last.room.sid;
  CHECK(x.last.room.name == "r");
  CHECK(x.last.node == "n1");
  x.source.handle_left(ann, leave_reason::left, x.now);
  x.source.handle_empty(x.now);
  CHECK(x.told() == lines{"participant_left Ann"});
  x.source.handle_left(bob, leave_reason::left, x.now);
  x.source.handle_empty(x.now);
  x.source.handle_empty(x.now);
  CHECK(x.told() == lines{"participant_left Bob", "room_finished"});
  CHECK(x.last.room.sid == first);
  x.source.handle_joined(ann, "Ann", x.now);
  CHECK(x.told() == lines{"room_started", "participant_joined Ann"});
  CHECK(x.last.room.sid != first);
}

TEST_CASE("a room that nobody has joined neither starts nor finishes") {
  scene x;
  x.source.handle_left(ann, leave_reason::left, x.now);
  x.source.handle_empty(x.now);
  x.publish("ann", "p1");
  CHECK(x.told().empty());
}

TEST_CASE("the tracks of a member end before it leaves, each once") {
  scene x;
  x.source.handle_joined(ann, "Ann", x.now);
  x.publish("ann", "p1");
  x.publish("ann", "p2");
  x.source.handle_withdrawn(ann, producer_id{"p1"}, x.now);
  x.source.handle_withdrawn(ann, producer_id{"p1"}, x.now);
  x.source.handle_left(ann, leave_reason::kicked, x.now);
  CHECK(x.told()
        == lines{"room_started", "participant_joined Ann",
                 "track_published Ann p1", "track_published Ann p2",
                 "track_unpublished Ann p1", "track_unpublished Ann p2",
                 "participant_left Ann"});
  CHECK(x.last.participant->left == leave_reason::kicked);
}

TEST_CASE("a member joins once, and is called by its latest name") {
  scene x;
  x.source.handle_joined(ann, "Ann", x.now);
  x.source.handle_joined(ann, "Ann again", x.now);
  x.source.handle_renamed(ann, "Anna");
  x.source.handle_renamed(bob, "Bob");
  x.source.handle_left(ann, leave_reason::left, x.now);
  CHECK(x.told()
        == lines{"room_started", "participant_joined Ann",
                 "participant_left Anna"});
}

TEST_CASE("a recording may finish after its room, of which it still tells") {
  scene x;
  const protocol::recording_id first{"r1"};
  x.source.handle_joined(ann, "Ann", x.now);
  x.source.handle_recording_started(first, R"({"id":"r1"})", x.now);
  x.told();
  CHECK(x.last.kind == webhook_kind::recording_started);
  CHECK(x.last.recording == R"({"id":"r1"})");
  const auto room = x.last.room.sid;
  x.source.handle_left(ann, leave_reason::left, x.now);
  x.source.handle_empty(x.now);
  x.source.handle_recording_ended(first, R"({"id":"r1","why":"x"})", false,
                                  x.now);
  x.source.handle_recording_ended(first, "{}", false, x.now);
  CHECK(
      x.told()
      == lines{"participant_left Ann", "room_finished", "recording_finished"});
  CHECK(x.last.room.sid == room);
  CHECK(x.last.recording == R"({"id":"r1","why":"x"})");
}

TEST_CASE("a recording of which nothing can be played has failed") {
  scene x;
  x.source.handle_joined(ann, "Ann", x.now);
  x.source.handle_recording_started(protocol::recording_id{"r1"}, "{}", x.now);
  x.source.handle_recording_ended(protocol::recording_id{"r1"}, "{}", true,
                                  x.now);
  x.told();
  CHECK(x.last.kind == webhook_kind::recording_failed);
}
