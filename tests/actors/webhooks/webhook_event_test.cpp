#include "actors/webhooks/webhook_event.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

std::chrono::sys_seconds at(int64_t seconds) {
  return std::chrono::sys_seconds{std::chrono::seconds{seconds}};
}

webhook_event event_of(webhook_kind kind) {
  return {kind,
          "EV_1",
          at(1'700'000'100),
          {"stand-up \"daily\"", "RM_1", at(1'700'000'000)}};
}

} // namespace

TEST_CASE("an event of a room has the room and nothing else") {
  CHECK(add_num_dropped(to_json(event_of(webhook_kind::room_started)), 3)
        == R"({"event":"room_started","id":"EV_1","createdAt":1700000100,)"
           R"("room":{"name":"stand-up \"daily\"","sid":"RM_1",)"
           R"("creationTime":1700000000},"numDropped":3})");
}

TEST_CASE("an event of a track has its member, and the node of a cluster") {
  auto x = event_of(webhook_kind::track_published);
  x.node = "node-2";
  x.participant = {
      "PA_1", protocol::peer_id{"ann"}, "Ann", at(1'700'000'050), {}};
  x.track = {protocol::producer_id{"p1"}, protocol::media_kind::video};
  const auto text = to_json(x);
  CHECK(text.find(R"("createdAt":1700000100,"node":"node-2","room":{)")
        != std::string::npos);
  CHECK(text.ends_with(
      R"("participant":{"sid":"PA_1","identity":"ann","name":"Ann",)"
      R"("state":"ACTIVE","joinedAt":1700000050},)"
      R"("track":{"sid":"p1","type":"VIDEO"}})"));
}

TEST_CASE("a member that has left says why") {
  auto x = event_of(webhook_kind::participant_left);
  x.participant = {"PA_1", protocol::peer_id{"ann"}, "Ann", at(1),
                   leave_reason::kicked};
  CHECK(to_json(x).find(R"("state":"DISCONNECTED","joinedAt":1,)"
                        R"("disconnectReason":"PARTICIPANT_REMOVED",)"
                        R"("why":"kicked"})")
        != std::string::npos);
}

TEST_CASE("an event of a recording carries its object, and lasts") {
  auto x = event_of(webhook_kind::recording_finished);
  x.recording = R"({"id":"r1"})";
  CHECK(to_json(x).ends_with(R"("recording":{"id":"r1"}})"));
  CHECK(priority_of(x.kind) == webhook_priority::lasting);
  CHECK(priority_of(webhook_kind::room_finished) == webhook_priority::major);
  CHECK(priority_of(webhook_kind::track_published) == webhook_priority::minor);
}
