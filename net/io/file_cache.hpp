#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace troupe::net {

/// The contents of files, in memory once however many readers there are: each
/// slow one then costs its socket and no copy. Thread-safe.
///
/// Contents stay for later readers within a limit, the least recently used go
/// first; whatever somebody reads stays until that one is done. A file that has
/// changed is read anew.
class file_cache {
public:
  using content_ptr = std::shared_ptr<const std::string>;

  /// Octets that are kept for later readers.
  static constexpr size_t default_limit = 16 << 20;

  explicit file_cache(size_t limit = default_limit) : limit_(limit) {}

  /// The content of the file at `path`, of which `facts` were just read; null
  /// where it cannot be read, or changes meanwhile.
  content_ptr get(const std::string& path, const struct stat& facts);

  /// Octets in memory: those kept, and those that readers hold.
  uint64_t octets() const {
    return octets_->load(std::memory_order_relaxed);
  }

private:
  struct entry {
    struct stat facts {};
    std::weak_ptr<const std::string> content;
    // Set while it stays for later readers.
    content_ptr kept;
    uint64_t last_use = 0;
  };

  content_ptr find(const std::string& path, const struct stat& facts);

  content_ptr read(const std::string& path, const struct stat& facts) const;

  void keep(const std::string& path, const struct stat& facts,
            const content_ptr& content);

  void make_room(size_t octets);

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
