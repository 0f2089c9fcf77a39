#pragma once

#include "net/io/http/file_cache.hpp"
#include "net/io/http/http_types.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

/// Serves the files below a directory, such as a web application's bundle.
class static_files {
public:
  /// With an empty `root`, serves no files. All responses include
  /// `common_headers`.
  explicit static_files(const std::filesystem::path& root,
                        http_headers common_headers = {});

  /// Answers a GET or HEAD, with 304 if the client has the current file; a
  /// directory serves its index.html. Other methods get 405. A name that is not
  /// a regular file below the root gets 404, including names with "..", a
  /// leading dot, a backslash or a NUL, and links that leave the root.
  ///
  /// If a file NAME.br or NAME.gz lies beside NAME and is no link, and the
  /// client's Accept-Encoding allows it, that copy is sent: its content is not
  /// compared with that of NAME. Ranges are not supported: a request for one
  /// gets the whole file. Thread-safe.
  ///
  /// Browsers may keep files below /assets/ for ever, those below /embed/ for
  /// five minutes, and ask for all others each time.
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

/// Whether the file at this path is code for pages of any site: all below
/// /embed/. Such files are served to every origin, with CORS headers.
bool is_for_every_site(std::string_view path);

/// Makes the headers that restrict a page in the browser:
/// - Only pages of this origin and of `frame_ancestors` may show it in a frame.
/// - Other sites do not see its address, which contains the room's name.
/// - Third-party frames in it get neither camera, microphone nor screen, nor
///   other devices, even if the page would allow it.
http_headers make_page_headers(const std::vector<std::string>& frame_ancestors);

/// The Content-Type of a file name.
std::string_view content_type(std::string_view file_name);

} // namespace troupe::net
