#pragma once

#include "actors/media/producer_entry.hpp"
#include "actors/recording/manifest.hpp"
#include "actors/recording/recording_figures.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::net {

class disk_thread;

} // namespace troupe::net

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

/// Records a producer from now on, which a member offers and whose owner may be
/// recorded. Its end and its pauses are the producer's own. Ignored if it is
/// recorded already.
struct record_producer {
  producer_entry entry;
};

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

/// The RECORDING actor interface: what of one room goes to the disk, between a
/// start and an end. It spawns a recorder actor for each member and source.
using recording_actor = caf::typed_actor<
    caf::reacts_to<record_producer>, caf::reacts_to<forget_recorded_peer>,
    caf::reacts_to<recorded_peer_joined>, caf::reacts_to<recorded_peer_left>,
    caf::reacts_to<recorded_speaker_changed>, caf::reacts_to<finish_recording>,
    // What the manifest holds now.
    caf::replies_to<get_recording_manifest>::with<manifest>>;

/// Where recordings go, shared by all of a node.
struct recording_services {
  /// Writes all files; see `record.directory`.
  std::shared_ptr<net::disk_thread> disk;
  std::string directory;
  uint64_t min_free = 0;  // octets
  uint64_t max_bytes = 0; // of one recording; 0: no limit
  std::shared_ptr<recording_figures> figures = {};
};

/// What a recording is called, and who has started it.
struct recording_config {
  recording_id id;
  room_id room;
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
