#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

/// Notices that files have been replaced or written: by their modification
/// times, sizes and inodes. Somebody asks it regularly.
class file_watch {
public:
  explicit file_watch(std::vector<std::string> paths)
      : paths_(std::move(paths)) {}

  /// Takes the files as they are now for known.
  void mark();

  /// Whether the files are others than the known ones, and have stayed
  /// unchanged from one call to the next: files that belong together are seldom
  /// written at the same moment. They are known from then on.
  bool poll();

private:
  /// Modification time (two numbers), size and inode of each file; zeros for
  /// one that is missing.
  using stamp = std::vector<int64_t>;

  stamp read_stamp() const;

  std::vector<std::string> paths_;
  stamp known_;
  std::optional<stamp> settling_;
};

} // namespace troupe::net
