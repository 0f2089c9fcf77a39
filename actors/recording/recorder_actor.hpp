#pragma once

#include "actors/media/producer_entry.hpp"
#include "actors/recording/manifest.hpp"
#include "actors/recording/recording_figures.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string>
#include <system_error>

namespace troupe::net {

class disk_thread;

} // namespace troupe::net

namespace troupe::actors {

/// Where recordings go, shared by all of a node.
struct recording_services {
  /// Writes all files; see `record.directory`.
  std::shared_ptr<net::disk_thread> disk;
  std::string directory;
  uint64_t min_free = 0;  // octets
  uint64_t max_bytes = 0; // of one recording; 0: no limit
  /// What recordings count; may be null.
  std::shared_ptr<recording_figures> figures = {};
};

/// Records a producer from now on, which a member offers and whose owner may be
/// recorded. Its end and its pauses are the producer's own. Ignored if it is
/// recorded already.
struct record_producer {
  producer_entry entry;
};

/// A file has begun, has grown, or is complete.
struct part_reported {
  recorded_part part;
};

/// A file lacks media from here on, since the disk is too slow.
struct part_degraded {
  peer_id peer;
};

/// A file cannot be written further.
struct part_failed {
  std::string file;
  std::error_code why;
};

/// What recorders tell their recording.
using recorder_listener_actor = caf::typed_actor<caf::reacts_to<part_reported>,
                                                 caf::reacts_to<part_degraded>,
                                                 caf::reacts_to<part_failed>>;

/// Finishes what it records; ends when that is on the disk, or as much of it as
/// could be written.
struct stop_recorder {};

/// INTERNAL: from the disk's thread. The file with this number is complete, or
/// has failed.
struct file_closed {
  unsigned number = 0;
  std::error_code why;
};

/// INTERNAL: the timer of the engine.
struct recorder_tick {};

/// The RECORDER actor interface: writes what a member sends by one source, as
/// files one after the other. To producers it is a shard.
using recorder_actor = media_sink_actor::extend<
    // Ignored if the codec cannot be recorded.
    caf::reacts_to<record_producer>, caf::reacts_to<stop_recorder>,
    // INTERNAL
    caf::reacts_to<file_closed>, caf::reacts_to<recorder_tick>>;

struct recorder_config {
  peer_id peer;
  recording_source source = recording_source::camera;
  std::shared_ptr<const recording_services> services;
  /// The path of the recording's folder.
  std::string folder;
  /// What the files' names begin with, which no other recorder uses.
  std::string stem;
  std::string title;
  /// The recording's start, on the actors' clock and on the wall clock.
  net::time_point start{};
  std::chrono::sys_time<std::chrono::milliseconds> started_at{};
  recorder_listener_actor listener;
};

/// Spawns a recorder. Its owner ends it.
recorder_actor spawn_recorder(caf::actor_system& system, recorder_config x);

} // namespace troupe::actors
