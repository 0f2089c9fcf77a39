#include "actors/webhooks/webhook_event.hpp"

#include "protocol/json/json_writer.hpp"

namespace troupe::actors {

namespace {

using protocol::json_writer;

int64_t to_seconds(std::chrono::sys_seconds x) {
  return x.time_since_epoch().count();
}

// The nearest value of LiveKit's enum DisconnectReason, which its receivers
// know.
std::string_view to_disconnect_reason(leave_reason x) {
  switch (x) {
    case leave_reason::left:
    case leave_reason::moved:
      return "CLIENT_INITIATED";
    case leave_reason::connection_lost:
      return "CONNECTION_TIMEOUT";
    case leave_reason::token_expired:
    case leave_reason::kicked:
      return "PARTICIPANT_REMOVED";
    case leave_reason::room_ended:
      return "ROOM_DELETED";
    case leave_reason::taken_over:
      return "DUPLICATE_IDENTITY";
    case leave_reason::server_stops:
      return "SERVER_SHUTDOWN";
    case leave_reason::failed:
      return "MEDIA_FAILURE";
  }
  return "UNKNOWN_REASON";
}

void add_room(json_writer& out, const webhook_room& x) {
  out.key("room")
      .begin_object()
      .add("name", x.name)
      .add("sid", x.sid)
      .add("creationTime", to_seconds(x.started))
      .end_object();
}

void add_participant(json_writer& out, const webhook_participant& x) {
  out.key("participant")
      .begin_object()
      .add("sid", x.sid)
      .add("identity", x.identity.str())
      .add("name", x.name)
      .add("state", x.left ? "DISCONNECTED" : "ACTIVE")
      .add("joinedAt", to_seconds(x.joined));
  if (x.left)
    out.add("disconnectReason", to_disconnect_reason(*x.left))
        .add("why", to_string(*x.left));
  out.end_object();
}

void add_track(json_writer& out, const webhook_track& x) {
  out.key("track")
      .begin_object()
      .add("sid", x.sid.str())
      .add("type", x.kind == protocol::media_kind::audio ? "AUDIO" : "VIDEO")
      .end_object();
}

} // namespace

std::string_view to_string(webhook_kind x) {
  switch (x) {
    case webhook_kind::room_started:
      return "room_started";
    case webhook_kind::room_finished:
      return "room_finished";
    case webhook_kind::participant_joined:
      return "participant_joined";
    case webhook_kind::participant_left:
      return "participant_left";
    case webhook_kind::track_published:
      return "track_published";
    case webhook_kind::track_unpublished:
      return "track_unpublished";
    case webhook_kind::recording_started:
      return "recording_started";
    case webhook_kind::recording_finished:
      return "recording_finished";
    case webhook_kind::recording_failed:
      return "recording_failed";
  }
  return "invalid";
}

webhook_priority priority_of(webhook_kind x) {
  switch (x) {
    case webhook_kind::room_started:
    case webhook_kind::room_finished:
      return webhook_priority::major;
    case webhook_kind::participant_joined:
    case webhook_kind::participant_left:
    case webhook_kind::track_published:
    case webhook_kind::track_unpublished:
      return webhook_priority::minor;
    case webhook_kind::recording_started:
    case webhook_kind::recording_finished:
    case webhook_kind::recording_failed:
      break;
  }
  return webhook_priority::lasting;
}

std::string to_json(const webhook_event& x) {
  json_writer out;
  out.begin_object()
      .add("event", to_string(x.kind))
      .add("id", x.id)
      .add("createdAt", to_seconds(x.created));
  if (!x.node.empty())
    out.add("node", x.node);
  add_room(out, x.room);
  if (x.participant)
    add_participant(out, *x.participant);
  if (x.track)
    add_track(out, *x.track);
  if (!x.recording.empty())
    out.add_raw("recording", x.recording);
  return out.end_object().str();
}

std::string add_num_dropped(std::string json, uint32_t count) {
  json.pop_back(); // the end of the object
  return json + ",\"numDropped\":" + std::to_string(count) + "}";
}

} // namespace troupe::actors
