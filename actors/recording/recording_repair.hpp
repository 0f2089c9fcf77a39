#pragma once

#include "actors/recording/manifest.hpp"
#include "net/io/disk/disk.hpp"
#include "rtp/recording/matroska_repair.hpp"

#include <memory>
#include <string>

namespace troupe::actors {

/// Finishes the files of a recording that were cut off, and says what it has
/// then. Blocks as the disk does.
class recording_repair {
public:
  /// `folder` is the path of the recording's folder.
  recording_repair(manifest what, std::string folder);

  ~recording_repair();

  /// Reads a few clusters, or finishes a file. False if there is no more to do.
  bool step(net::disk& disk);

  /// The disk failed: files may be unfinished, and the repair must be repeated.
  bool failed() const {
    return failed_;
  }

  /// What the recording has, once step() has returned false: only parts that
  /// can be played.
  manifest result() &&;

private:
  struct file;

  // Opens the next file; drops its part if it cannot be played.
  void open_next(net::disk& disk);

  // Carries out the plan of the file that has been read.
  void finish_file();

  manifest what_;
  const std::string folder_;
  std::vector<recorded_part> kept_;
  size_t next_ = 0; // the part that is read next, or is being read
  std::unique_ptr<file> file_;
  bool failed_ = false;
};

} // namespace troupe::actors
