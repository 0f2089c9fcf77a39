#pragma once

#include "net/io/file_cache.hpp"
#include "net/io/http_types.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

/// Serves the files below one directory, such as a web application's bundle.
class static_files {
public:
  /// `root` may be empty: then nothing is served. All answers have
  /// `common_headers`.
  explicit static_files(const std::filesystem::path& root,
                        http_headers common_headers = {});

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
  http_response find(const http_request& request);

  std::optional<std::filesystem::path> resolve(std::string_view path) const;

  std::filesystem::path root_;
  const http_headers common_headers_;
  file_cache cache_;
};

/// The headers with which a page is served, for the browser to keep to:
/// - Only pages of this origin and of `frame_ancestors` may show it in a frame.
/// - Other sites do not learn its address, which names the room.
/// - Third parties in frames of it get neither camera, microphone nor screen,
///   nor other devices, even if the page would let them.
http_headers make_page_headers(const std::vector<std::string>& frame_ancestors);

/// The Content-Type for a file name.
std::string_view content_type(std::string_view file_name);

} // namespace troupe::net
