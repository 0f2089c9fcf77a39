#pragma once

#include "net/io/file_cache.hpp"
#include "net/io/http_types.hpp"

#include <filesystem>
#include <optional>

namespace troupe::net {

/// Serves the files below one directory, such as a web application's bundle.
class static_files {
public:
  /// `root` may be empty: then nothing is served.
  explicit static_files(const std::filesystem::path& root);

  /// Answers a GET or HEAD, with 304 where the client has the file already;
  /// a directory is its index.html. Other methods get 405, and whatever is no
  /// regular file below the root gets 404: names with "..", a leading dot, a
  /// backslash or a NUL, and links that lead out of the root. Thread-safe.
  http_response serve(const http_request& request);

  /// Octets of files in memory: those kept, and those being sent.
  uint64_t octets() const {
    return cache_.octets();
  }

private:
  std::optional<std::filesystem::path> resolve(std::string_view path) const;

  std::filesystem::path root_;
  file_cache cache_;
};

/// The Content-Type for a file name.
std::string_view content_type(std::string_view file_name);

} // namespace troupe::net
