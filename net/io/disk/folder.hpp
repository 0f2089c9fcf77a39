#pragma once

#include "net/base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::net {

/// A folder of this host that is open. What it does concerns what is directly
/// in it: names have one part, and no symbolic link in it is followed, so
/// nothing outside is reached even if others replace what is in it meanwhile.
/// All functions may block for as long as the disk takes.
class folder {
public:
  enum class kind : uint8_t { file, folder, other };

  struct entry {
    std::string name;
    kind what = kind::other;
  };

  /// Opens the folder at `path`, which may be a link to it.
  static result<folder> open(const std::string& path);

  folder(folder&& x) noexcept;

  folder& operator=(folder&&) = delete;

  ~folder();

  /// Opens a folder in this one.
  result<folder> enter(const std::string& name) const;

  /// What is in it, in no order. Stops after `most` entries.
  result<std::vector<entry>> list(size_t most) const;

  /// The size of a regular file. Errors: invalid_argument for anything else.
  result<uint64_t> file_size(const std::string& name) const;

  /// Removes a file, or a link itself.
  std::error_code remove_file(const std::string& name) const;

  /// Removes an empty folder.
  std::error_code remove_folder(const std::string& name) const;

  /// Keeps other processes from the same: false if one of them has this lock.
  /// It is held until this object is destroyed.
  bool lock();

private:
  explicit folder(int descriptor) : descriptor_(descriptor) {}

  static result<folder> open_at(int above, const std::string& name, int flags);

  int descriptor_;
};

} // namespace troupe::net
