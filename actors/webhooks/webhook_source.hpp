#pragma once

#include "actors/webhooks/webhook_event.hpp"
#include "net/base/rng.hpp"
#include "protocol/verbs/replies.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// Turns what happens to a room's own members into events.
///
/// Invariant: each room_started has one room_finished, each participant_joined
/// one participant_left, and each track_published one track_unpublished, within
/// each other in this order. Each recording_started has one recording_finished
/// or recording_failed, which may follow the room_finished.
class webhook_source {
public:
  /// `node` is this node of a cluster; empty if there is none.
  webhook_source(room_id room, std::string node,
                 std::unique_ptr<net::rng> random)
      : room_(std::move(room))
      , node_(std::move(node))
      , random_(std::move(random)) {}

  /// A member is shown to others. Without effect if it is known. The first one
  /// starts the room.
  void handle_joined(const peer_id& who, const std::string& name,
                     std::chrono::sys_seconds now);

  /// Changes what later events call a member.
  void handle_renamed(const peer_id& who, const std::string& name);

  /// A member has left, and so its tracks end. Without effect if it is unknown.
  void handle_left(const peer_id& who, leave_reason why,
                   std::chrono::sys_seconds now);

  void handle_published(const protocol::producer_info& what,
                        std::chrono::sys_seconds now);

  void handle_withdrawn(const peer_id& of, const producer_id& what,
                        std::chrono::sys_seconds now);

  /// A recording of the room begins, which has members. `what` is the object
  /// `recording`, as JSON.
  void handle_recording_started(const protocol::recording_id& which,
                                std::string what, std::chrono::sys_seconds now);

  /// It has ended, maybe later than the room. Without effect if it is unknown.
  void handle_recording_ended(const protocol::recording_id& which,
                              std::string what, bool failed,
                              std::chrono::sys_seconds now);

  /// The room's `sid`; empty without members.
  std::string room_sid() const {
    return running_ ? running_->sid : std::string{};
  }

  /// The last member has left.
  void handle_empty(std::chrono::sys_seconds now);

  /// The next event.
  std::optional<webhook_event> poll_event();

private:
  struct member {
    webhook_participant facts;
    std::vector<webhook_track> tracks;
  };

  webhook_event& add(webhook_kind kind, std::chrono::sys_seconds now);

  void add(webhook_kind kind, const webhook_participant& who,
           std::optional<webhook_track> what, std::chrono::sys_seconds now);

  // An id of this kind. LiveKit's ids have such prefixes, too.
  std::string make_sid(std::string_view prefix);

  room_id room_;
  std::string node_;
  std::unique_ptr<net::rng> random_;
  std::optional<webhook_room> running_; // nothing: it has no members
  std::unordered_map<peer_id, member> members_;
  // The rooms of the recordings that have begun.
  std::unordered_map<protocol::recording_id, webhook_room> recorded_;
  std::deque<webhook_event> events_;
};

} // namespace troupe::actors
