#pragma once

#include "net/io/tls_context.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <optional>

namespace troupe::net {

/// The certificate that new connections get: read from files, and read again
/// when they change. A connection keeps what it began with.
class tls_store {
public:
  explicit tls_store(tls_files files) : files_(std::move(files)) {}

  /// Reads the files for the first time. Fails with a `tls_errc`.
  result<void> load();

  /// What a new connection is to use; null before `load`. From any thread.
  std::shared_ptr<boost::asio::ssl::context> current() const;

  /// When the current certificate expires. From any thread.
  std::chrono::system_clock::time_point expires() const;

  /// Looks whether the files have changed. Once they have, and have been left
  /// alone from one call to the next (certificate and key are seldom written
  /// at the same moment), reads them: nothing where there was nothing to do.
  /// On failure what was there before stays, until the files change again.
  std::optional<result<void>> refresh();

private:
  /// What changes with a file: modification time, size and inode of both.
  using stamp = std::array<int64_t, 8>;

  stamp look() const;

  result<void> read();

  const tls_files files_;
  stamp read_{};
  std::optional<stamp> settling_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> current_;
  std::chrono::system_clock::time_point expires_{};
};

} // namespace troupe::net
