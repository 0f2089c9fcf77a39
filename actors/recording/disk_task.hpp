#pragma once

#include "actors/recording/manifest.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace troupe::net {

class disk_thread;

} // namespace troupe::net

namespace troupe::actors {

/// Asks how much is free where recordings go.
struct get_free_octets {
  /// `record.directory`.
  std::string directory;
};

/// All that there can be, if the disk does not tell.
struct free_octets {
  uint64_t count = UINT64_MAX;
};

/// Finishes a file of a recording that was cut off.
struct repair_part {
  /// The path of the recording's folder.
  std::string folder;
  recorded_part part;
};

/// What the file has then; nothing if it has nothing to play.
struct part_repaired {
  std::optional<recorded_part> part;
};

/// INTERNAL: from the disk's thread.
struct free_octets_found {
  free_octets what;
};

/// INTERNAL: from the disk's thread. Some of the file has been read, or it is
/// finished.
struct repair_stepped {
  bool more = false;
};

/// The DISK TASK actor interface: does one thing on the disk's thread, answers,
/// and ends. There is no answer while the disk is frozen.
using disk_task_actor = caf::typed_actor<
    caf::replies_to<get_free_octets>::with<free_octets>,
    // Errors: runtime_error, if the disk fails: the file may be unfinished.
    caf::replies_to<repair_part>::with<part_repaired>,
    // INTERNAL
    caf::reacts_to<free_octets_found>, caf::reacts_to<repair_stepped>>;

disk_task_actor spawn_disk_task(caf::actor_system& system,
                                std::shared_ptr<net::disk_thread> disk);

} // namespace troupe::actors
