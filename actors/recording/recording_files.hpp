#pragma once

#include "actors/recording/manifest.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::actors {

/// A file of a recording, and whose it is.
struct recording_file {
  /// The room that was recorded.
  protocol::room_id room;

  /// Where the file is; empty if the recording has none of that name.
  std::string path;
};

/// Finds the files of recordings. Thread-safe.
class recording_files {
public:
  /// Nothing if there is no such recording.
  using receiver = std::function<void(std::optional<recording_file>)>;

  virtual ~recording_files() = default;

  /// Finds the manifest or a part of a recording that goes on or has ended, and
  /// passes it to `then` once: at once, or later on any thread. Must not block.
  /// `name` is a slug.
  virtual void find(const recording_id& id, std::string_view name,
                    receiver then) = 0;
};

} // namespace troupe::actors
