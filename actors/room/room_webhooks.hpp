#pragma once

#include "actors/room/room_actor.hpp"
#include "actors/webhooks/webhook_source.hpp"

#include <optional>
#include <string>

namespace troupe::actors {

struct room_state;

/// The part of the room's actor that tells the receivers of webhooks what
/// happens to this node's members. Does nothing unless there are receivers.
class room_webhooks {
public:
  explicit room_webhooks(room_state& room) : room_(room) {}

  /// A member is shown, and in the roster.
  void note_joined(const peer_id& who);

  /// A member has another name.
  void note_renamed(const peer_id& who);

  /// A member has left, shown or not.
  void note_left(const peer_id& who, leave_reason why);

  /// A producer of a member of this node is listed.
  void note_published(const protocol::producer_info& what);

  /// It is listed no more.
  void note_withdrawn(const protocol::producer_info& what);

  /// This node records the room from now on.
  void note_recording_started(const protocol::recording_info& what);

  /// It has ended. The room may be over by now.
  void note_recording_ended(const recording_ended& how, bool failed);

  /// What events call this run of the room; empty if nobody is told, or without
  /// members.
  std::string room_sid() const {
    return source_ ? source_->room_sid() : std::string{};
  }

  /// The last member of this node has left.
  void note_empty();

private:
  // The source, or null if nobody is told.
  webhook_source* source();

  // Sends what the source has.
  void send();

  room_state& room_;
  std::optional<webhook_source> source_;
};

} // namespace troupe::actors
