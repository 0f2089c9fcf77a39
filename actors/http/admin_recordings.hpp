#pragma once

#include "actors/http/admin_context.hpp"

namespace troupe::actors {

/// INTERNAL to admin tasks: the recordings of this node. They are read from the
/// disk, so answers come later; a disk that is frozen gives none in time.
class admin_recordings {
public:
  explicit admin_recordings(admin_context& task) : task_(task) {}

  /// Responds with a page of the list, of all recordings or of the room's.
  void list();

  /// Responds with the manifest.
  void describe();

  /// Removes the recording.
  void remove();

private:
  // Responds with what the disk thread sends, or says that it sent nothing.
  void await_answer();

  admin_context& task_;
};

/// A page of these recordings, which are in their order; `after` is the id of
/// the last one before the page, or empty.
std::string recording_list_json(const std::vector<manifest>& all, size_t limit,
                                const std::string& after);

} // namespace troupe::actors
