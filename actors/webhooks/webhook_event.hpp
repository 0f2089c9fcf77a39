#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/leave_reason.hpp"
#include "protocol/verbs/json_text.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the server tells other programs by webhooks; docs/webhooks.md has the
/// JSON.
namespace troupe::actors {

/// What has happened.
enum class webhook_kind : uint8_t {
  room_started,
  room_finished,
  participant_joined,
  participant_left,
  track_published,
  track_unpublished,
  recording_started,
  recording_finished,
  recording_failed,
};

/// "room_started" and so on.
std::string_view to_string(webhook_kind x);

/// What is given up first where a queue is full.
enum class webhook_priority : uint8_t {
  /// Of members and tracks: given up first.
  minor,
  /// Of whole rooms.
  major,
  /// Never given up, and kept in a file: of recordings.
  lasting
};

webhook_priority priority_of(webhook_kind x);

/// A room from its first member to its last. The same name is another `sid`
/// after that, and on each node of a cluster.
struct webhook_room {
  std::string name;
  std::string sid;
  std::chrono::sys_seconds started;
};

/// A member. The same user is another `sid` when it joins again.
struct webhook_participant {
  std::string sid;
  peer_id identity;
  std::string name;
  std::chrono::sys_seconds joined;
  /// Set once it has left.
  std::optional<leave_reason> left = {};
};

/// A media producer.
struct webhook_track {
  producer_id sid;
  protocol::media_kind kind = protocol::media_kind::audio;
};

/// One event.
struct webhook_event {
  webhook_kind kind = webhook_kind::room_started;
  std::string id;
  std::chrono::sys_seconds created;
  webhook_room room;
  /// The node of a cluster; empty if there is none.
  std::string node = {};
  std::optional<webhook_participant> participant = {};
  std::optional<webhook_track> track = {};
  /// The object `recording`; empty if there is none.
  std::string recording = {};
};

/// The event as a JSON object without `numDropped`, which differs among
/// receivers.
std::string to_json(const webhook_event& x);

/// Adds `numDropped` to what to_json() has returned.
std::string add_num_dropped(std::string json, uint32_t count);

} // namespace troupe::actors
