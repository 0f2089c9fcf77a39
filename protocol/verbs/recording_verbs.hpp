#pragma once

#include "protocol/verbs/ids.hpp"
#include "protocol/verbs/replies.hpp"
#include "protocol/verbs/verb_list.hpp"

#include <chrono>
#include <string>

/// The verbs and events of recordings. A member may start and stop one if its
/// token has the claim `record`, or if it is a host and its token says nothing
/// of that.
namespace troupe::protocol {

namespace verb {

/// Starts a recording of the room. Refused as forbidden, as limit_reached if
/// one goes on, as unsupported if the server does not record, and as overloaded
/// if its disk is full.
struct start_recording {
  using reply = protocol::reply::recording;

  std::string title;
};

/// Errors: forbidden, recording_not_found if none goes on.
struct stop_recording {
  using reply = protocol::reply::ok;
};

/// The recording that goes on, for every member.
struct get_recording {
  using reply = protocol::reply::recording;
};

/// The finished recordings of this room, the newest first; for those who may
/// start one.
struct list_recordings {
  using reply = protocol::reply::recordings;
};

/// Lets the member be recorded from now on, or no longer. Without effect where
/// nobody is asked.
struct consent_to_recording {
  using reply = protocol::reply::ok;

  bool accepted = true;
};

} // namespace verb

/// The verbs about recordings; a peer passes them to its room.
using recording_verbs =
    verb_list<verb::start_recording, verb::stop_recording, verb::get_recording,
              verb::list_recordings, verb::consent_to_recording>;

namespace event {

/// To all members. Those who join later find it in their reply.
struct recording_started {
  recording_info what;
};

struct recording_stopped {
  recording_id id;
  std::string reason; // "stopped", "room-ended", "disk-full", ...
  std::chrono::milliseconds duration{};
};

/// To a member that is not recorded before it accepts.
struct recording_consent_asked {
  recording_info what;
};

} // namespace event

} // namespace troupe::protocol
