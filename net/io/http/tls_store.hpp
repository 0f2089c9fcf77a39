#pragma once

#include "net/io/http/tls_context.hpp"
#include "net/io/process/file_watch.hpp"

#include <memory>
#include <mutex>
#include <optional>

namespace troupe::net {

/// The certificate of new connections: read from files, and read again when
/// they change. A connection keeps the certificate it began with.
class tls_store {
public:
  explicit tls_store(tls_files files)
      : files_(std::move(files))
      , watch_({files_.certificate, files_.key}) {}

  /// Reads the files for the first time. Fails with a `tls_errc`.
  result<void> load();

  /// The context for new connections; null before `load`. Thread-safe.
  std::shared_ptr<boost::asio::ssl::context> current() const;

  /// When the current certificate expires. Thread-safe.
  std::chrono::system_clock::time_point expires() const;

  /// Checks whether the files have changed, and reads them once they have
  /// stayed unchanged from one call to the next (certificate and key are seldom
  /// written at the same moment). Nullopt if there was nothing to read. On
  /// failure the old certificate stays until the files change again.
  std::optional<result<void>> refresh();

private:
  result<void> read();

  const tls_files files_;
  file_watch watch_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> current_;
  std::chrono::system_clock::time_point expires_{};
};

} // namespace troupe::net
