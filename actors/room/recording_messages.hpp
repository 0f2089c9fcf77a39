#pragma once

#include "actors/base/messages.hpp"
#include "actors/recording/recording_actor.hpp"
#include "protocol/verbs/recording_verbs.hpp"

#include <caf/typed_actor.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

/// Messages between peers, the server's operator and a room about recordings.
namespace troupe::actors {

/// The part of a recording's interface that its room uses.
using recording_handle = caf::typed_actor<
    caf::reacts_to<record_producer>, caf::reacts_to<forget_recorded_peer>,
    caf::reacts_to<recorded_peer_joined>, caf::reacts_to<recorded_peer_left>,
    caf::reacts_to<recorded_speaker_changed>, caf::reacts_to<finish_recording>>;

/// What `record.consent` and `record.auto` say.
struct recording_policy {
  /// Rooms are recorded from their first member on.
  bool automatic = false;
  /// Members are recorded only once they have accepted.
  bool asks = false;
  /// Makes the actor of a recording; another one in tests.
  std::function<recording_handle(caf::actor_system&, recording_config)> spawn =
      spawn_recording;
};

/// Which of two recordings of one room goes on, if two nodes began at once.
inline bool is_older(const protocol::recording_info& x,
                     const protocol::recording_info& y) {
  return std::tie(x.started_at, x.id) < std::tie(y.started_at, y.id);
}

/// The time at which a recording begins, or at which it is looked at.
inline protocol::wall_time now_on_wall() {
  return std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now());
}

/// INTERNAL: members are to be asked whether they may be recorded, after the
/// answers to their joins.
struct ask_for_consent {};

/// INTERNAL: the library has found the recordings of the room.
struct recordings_listed {
  uint64_t request = 0;
  std::vector<protocol::recording_summary> list;
};

/// The server's operator starts a recording.
struct start_room_recording {
  std::string title;
};

/// The server's operator ends that recording.
struct stop_room_recording {
  recording_id which;
};

/// A room is recorded by this node from now on; or no longer, if `which` is
/// empty.
struct room_recorded {
  room_id room;
  recording_id which;
};

/// The part of a room's interface that its peers use for recordings: the verbs
/// themselves. Errors: not_joined, and those of the verbs.
using room_recording_actor = caf::typed_actor<
    caf::replies_to<protocol::verb::start_recording>::with<
        protocol::reply::recording>,
    caf::replies_to<protocol::verb::stop_recording>::with<protocol::reply::ok>,
    caf::replies_to<protocol::verb::get_recording>::with<
        protocol::reply::recording>,
    caf::replies_to<protocol::verb::list_recordings>::with<
        protocol::reply::recordings>,
    caf::replies_to<protocol::verb::consent_to_recording>::with<
        protocol::reply::ok>>;

} // namespace troupe::actors
