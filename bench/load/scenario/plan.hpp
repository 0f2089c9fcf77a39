#pragma once

#include "bench/load/media/traffic_pattern.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The members of each room, the streams they send, and the streams they
/// receive: the scenarios as plain values, made by pure functions.
namespace troupe::load {

/// A member, by its index in `scenario_plan::members`.
using member_index = uint32_t;

/// A stream that a member receives.
struct consume_plan {
  member_index from = 0;
  protocol::media_kind kind = protocol::media_kind::audio;
  /// The simulcast layer; the highest if not given.
  std::optional<int> spatial_layer;
  /// Starts paused; see `speaker_rotation`.
  bool paused = false;

  bool operator==(const consume_plan&) const = default;
};

/// A stream that a member publishes.
struct publish_plan {
  load::traffic traffic = load::traffic::audio;
  /// Produces, but sends nothing, like a muted member.
  bool silent = false;

  bool operator==(const publish_plan&) const = default;
};

/// One member.
struct member_plan {
  uint32_t room = 0;
  /// At most one of each kind.
  std::vector<publish_plan> publishes;
  std::vector<consume_plan> consumes;
  /// Creates both transports even if nothing is sent or received.
  bool always_connects = false;
  /// Watches the room by WHEP, where it is no member.
  bool views = false;
  /// The server that it joins: 0 is that of `--server`, others follow.
  uint32_t node = 0;

  bool publishes_kind(protocol::media_kind kind) const;
  const consume_plan* find(member_index from, protocol::media_kind kind) const;
};

/// Selects the members of a class that are heard and seen: always the teacher
/// and a fixed number of students. Each step replaces one student.
class speaker_rotation {
public:
  /// Of each `members` members, the first is a class's teacher, the next
  /// `students` are its students.
  speaker_rotation(uint32_t students, uint32_t heard, uint32_t seen,
                   uint32_t members)
      : students_(students)
      , heard_(heard)
      , seen_(seen)
      , members_(members) {}

  /// Whether others receive that stream in step `step`. The teacher counts
  /// towards `heard`, but not towards `seen`.
  bool active(member_index who, protocol::media_kind kind, uint32_t step) const;

private:
  uint32_t students_;
  uint32_t heard_;
  uint32_t seen_;
  uint32_t members_;
};

/// A scenario, ready to run.
struct scenario_plan {
  std::vector<member_plan> members;
  std::optional<speaker_rotation> rotation;

  uint32_t rooms() const;
  /// All consumers, paused ones included.
  size_t consumers() const;
  /// Packets per second of that kind that all receivers together should get, by
  /// the initial plan.
  double planned_packets_per_second(protocol::media_kind kind) const;
};

/// `rooms` independent copies of a plan for one room.
scenario_plan repeated(scenario_plan one, uint32_t rooms);

/// Sends members that publish to one node, and the others to another.
scenario_plan divided(scenario_plan plan, uint32_t publishers,
                      uint32_t receivers);

/// One member sends video and audio to `receivers`; without `audio` only video.
scenario_plan broadcast_plan(uint32_t receivers, traffic video, bool audio);

/// The same, where those who receive are `viewers` by WHEP. There is video, or
/// audio, or both.
scenario_plan whep_plan(uint32_t viewers, std::optional<traffic> video,
                        bool audio);

/// `speakers` send audio to each other and to `receivers`.
scenario_plan webinar_plan(uint32_t speakers, uint32_t receivers);

/// `rooms` meetings of `size`, where each member sends audio and, if given,
/// video to all others.
scenario_plan meetings_plan(uint32_t rooms, uint32_t size,
                            std::optional<traffic> video);

/// A teacher with audio and simulcast video, `students` with audio and `video`,
/// and `listeners`. All consume the teacher's streams, the video of `seen`
/// students and the audio of `heard` members, the teacher included; the
/// consumers of other streams are paused, except with `by_server`, where the
/// server selects the streams.
scenario_plan class_plan(uint32_t students, uint32_t listeners, uint32_t heard,
                         uint32_t seen, traffic video, bool by_server = false);

/// `members` all send audio and simulcast; each receives the lowest layer of
/// `low` others, the highest of one, and the audio of `heard`: of those that
/// follow it in a circle.
scenario_plan large_plan(uint32_t members, uint32_t low, uint32_t heard);

/// `rooms` rooms with one sending member each (the first members of the plan),
/// which `joins` members join, muted, to receive all others of their room.
scenario_plan storm_plan(uint32_t rooms, uint32_t joins);

/// `peers` members with connected transports in rooms of `size`, who send
/// nothing, and after them one more for each room. These produce audio and
/// video, without sending, and the others of the room consume it, paused.
scenario_plan idle_plan(uint32_t peers, uint32_t size);

/// `rooms` rooms with one member each on node 0 (the first members of the
/// plan), and `peers` members on node 1 who join them in turn. None has media.
scenario_plan remote_plan(uint32_t rooms, uint32_t peers);

/// `peers` members in rooms of `size` who produce audio without sending it.
scenario_plan signal_plan(uint32_t peers, uint32_t size);

} // namespace troupe::load
