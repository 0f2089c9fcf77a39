#pragma once

#include "actors/recording/recorder_actor.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace troupe::actors {

/// Why a recording ends.
enum class recording_end : uint8_t {
  stopped,    // by a member or the operator
  room_ended, // nobody is left
  disk_full,  // or less is free than record.min-free
  disk_failed,
  too_large, // record.max-bytes
  shutdown,  // of this node
  internal,  // a defect
};

/// "stopped", "room-ended", "disk-full" and so on.
std::string_view to_string(recording_end x);

/// Whether the disk or a defect has ended it.
bool is_failure(recording_end x);

/// Ends what is recorded of a member: it no longer may be.
struct forget_recorded_peer {
  peer_id peer;
};

/// For the timeline: a member is there, has another name, or has left.
struct recorded_peer_joined {
  peer_id peer;
  std::string name;
};

struct recorded_peer_left {
  peer_id peer;
};

/// For the timeline: another member speaks; empty if nobody does.
struct recorded_speaker_changed {
  peer_id peer;
};

/// Finishes all files. The listener is told once they are on the disk.
struct finish_recording {
  recording_end why = recording_end::stopped;
};

/// The part of the interface that others see.
struct get_recording_manifest {};

/// A recording has ended, and its files are on the disk, or as much of them as
/// could be written. Sent once.
struct recording_ended {
  recording_id id;
  recording_end why = recording_end::stopped;
  manifest what;
};

/// The disk is too slow: a file lacks media from here on until it catches up.
/// Sent at most once in ten seconds.
struct recording_degraded {
  recording_id id;
};

/// The room, for its recording.
using recording_listener_actor =
    caf::typed_actor<caf::reacts_to<recording_ended>,
                     caf::reacts_to<recording_degraded>>;

/// INTERNAL: from the disk's thread. The manifest was written, or could not be.
struct manifest_saved {
  std::error_code why;
};

/// INTERNAL: from the disk's thread. How many octets are free.
struct disk_free_measured {
  uint64_t octets = 0;
};

/// INTERNAL: time to save the manifest, to look at the disk, or to wait no
/// longer.
struct recording_tick {};

/// The RECORDING actor interface: what of one room goes to the disk, between a
/// start and an end. It spawns a recorder actor for each member and source.
using recording_actor = recorder_listener_actor::extend<
    caf::reacts_to<record_producer>, caf::reacts_to<forget_recorded_peer>,
    caf::reacts_to<recorded_peer_joined>, caf::reacts_to<recorded_peer_left>,
    caf::reacts_to<recorded_speaker_changed>, caf::reacts_to<finish_recording>,
    // What the manifest holds now.
    caf::replies_to<get_recording_manifest>::with<manifest>,
    // INTERNAL
    caf::reacts_to<manifest_saved>, caf::reacts_to<disk_free_measured>,
    caf::reacts_to<recording_tick>>;

/// What a recording is called, and who has started it.
struct recording_config {
  recording_id id;
  room_id room;
  /// See manifest.
  std::string room_sid;
  std::string title;
  peer_id by; // empty: the operator, or `record.auto`
  std::string by_name;
  std::chrono::sys_time<std::chrono::milliseconds> started_at{};
  std::shared_ptr<const recording_services> services;
  recording_listener_actor listener;
};

/// Spawns the actor of a recording that begins now. It ends with its listener:
/// as room_ended, if that was not told before.
recording_actor spawn_recording(caf::actor_system& system, recording_config x);

} // namespace troupe::actors
