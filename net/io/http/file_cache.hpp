#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace troupe::net {

/// Caches the contents of files: one copy in memory for any number of readers,
/// so that a slow reader costs its socket and no copy. Thread-safe.
///
/// Contents stay for later readers up to a limit; the least recently used leave
/// first. A content in use stays in memory until its last reader is done. A
/// file that has changed is read again.
class file_cache {
public:
  using content_ptr = std::shared_ptr<const std::string>;

  /// The limit in octets for contents kept for later readers.
  static constexpr size_t default_limit = 16 << 20;

  explicit file_cache(size_t limit = default_limit) : limit_(limit) {}

  /// Returns the content of the file at `path`, whose stat result is `facts`.
  /// Null if it cannot be read or changes during the read.
  content_ptr get(const std::string& path, const struct stat& facts);

  /// Octets in memory: those kept, and those still in use by readers.
  uint64_t octets() const {
    return octets_->load(std::memory_order_relaxed);
  }

private:
  struct entry {
    struct stat facts {};
    std::weak_ptr<const std::string> content;
    // Set while the content stays for later readers.
    content_ptr kept;
    uint64_t last_use = 0;
  };

  content_ptr find(const std::string& path, const struct stat& facts);

  content_ptr read(const std::string& path, const struct stat& facts) const;

  void keep(const std::string& path, const struct stat& facts,
            const content_ptr& content);

  void evict_for(size_t octets);

  const size_t limit_;
  // Contents may outlive the cache.
  const std::shared_ptr<std::atomic<uint64_t>> octets_ =
      std::make_shared<std::atomic<uint64_t>>(0);
  std::mutex mutex_;
  std::unordered_map<std::string, entry> entries_;
  size_t kept_octets_ = 0;
  uint64_t uses_ = 0;
};

} // namespace troupe::net
