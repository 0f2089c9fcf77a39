#pragma once

#include "bench/load/media/traffic_pattern.hpp"
#include "protocol/rtp_parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Who is in which room, who sends what, and who receives what of whom: the
/// scenarios as plain values, made by pure functions.
namespace troupe::load {

/// A member, by the place in `scenario_plan::members`.
using member_index = uint32_t;

/// A stream that a member receives.
struct consume_plan {
  member_index from = 0;
  protocol::media_kind kind = protocol::media_kind::audio;
  /// Of simulcast; the highest where not given.
  std::optional<int> spatial_layer;
  /// Begins paused; see `speaker_rotation`.
  bool paused = false;

  bool operator==(const consume_plan&) const = default;
};

/// A stream that a member publishes.
struct publish_plan {
  load::traffic traffic = load::traffic::audio;
  /// Produces, but sends nothing, as one who has muted himself.
  bool silent = false;

  bool operator==(const publish_plan&) const = default;
};

/// One member.
struct member_plan {
  uint32_t room = 0;
  /// At most one of each kind.
  std::vector<publish_plan> publishes;
  std::vector<consume_plan> consumes;
  /// Creates both transports also where nothing flows.
  bool always_connects = false;

  bool publishes_kind(protocol::media_kind kind) const;
  const consume_plan* find(member_index from, protocol::media_kind kind) const;
};

/// Which members of a class are heard and seen. It moves on by one student a
/// step: always the teacher and as many students as there are places.
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
  /// among the heard, not among the seen.
  bool active(member_index who, protocol::media_kind kind, uint32_t step) const;

private:
  uint32_t students_;
  uint32_t heard_;
  uint32_t seen_;
  uint32_t members_;
};

/// A scenario, ready to be run.
struct scenario_plan {
  std::vector<member_plan> members;
  std::optional<speaker_rotation> rotation;

  uint32_t rooms() const;
  /// All consumers, paused ones included.
  size_t consumers() const;
  /// Packets a second that all receivers together should get of a stream of
  /// that kind, by the plan of the beginning.
  double planned_packets_per_second(protocol::media_kind kind) const;
};

/// `rooms` times what is planned for one room, each for itself.
scenario_plan repeated(scenario_plan one, uint32_t rooms);

/// One sends video and audio to `receivers`; without `audio` video alone.
scenario_plan broadcast_plan(uint32_t receivers, traffic video, bool audio);

/// `speakers` send audio to each other and to `receivers`.
scenario_plan webinar_plan(uint32_t speakers, uint32_t receivers);

/// `rooms` meetings of `size`, where each sends audio and, if given, video to
/// all others.
scenario_plan meetings_plan(uint32_t rooms, uint32_t size,
                            std::optional<traffic> video);

/// A teacher with audio and simulcast video, `students` with audio and
/// `video`, and `listeners`. All take the teacher's streams, the video of
/// `seen` students and the audio of `heard` people, the teacher among them;
/// what is not shown or heard is consumed, and paused; with `by_server` nothing
/// is, since the server chooses.
scenario_plan class_plan(uint32_t students, uint32_t listeners, uint32_t heard,
                         uint32_t seen, traffic video, bool by_server = false);

/// `members` all send audio and simulcast; each receives the lowest layer of
/// `low` others, the highest of one, and the audio of `heard`: those that come
/// next in the circle.
scenario_plan large_plan(uint32_t members, uint32_t low, uint32_t heard);

/// `rooms` rooms in which one speaks (the first members of the plan) and into
/// which `joins` come, muted, to hear all others of their room.
scenario_plan storm_plan(uint32_t rooms, uint32_t joins);

/// `peers` members with connected transports in rooms of `size`, who send
/// nothing, and after them one more for each room. These produce audio and
/// video, without sending, which the others of the room consume, paused.
scenario_plan idle_plan(uint32_t peers, uint32_t size);

/// `peers` members in rooms of `size` who produce audio without sending it.
scenario_plan signal_plan(uint32_t peers, uint32_t size);

} // namespace troupe::load
