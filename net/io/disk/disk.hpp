#pragma once

#include "net/base/bytes.hpp"
#include "net/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::net {

/// What is known of a file.
struct file_facts {
  uint64_t size = 0;
  /// When its content last changed, since 1970.
  std::chrono::nanoseconds changed{};
};

/// An open file. All functions may block for as long as the disk takes. An
/// error is that of the system call.
class open_file {
public:
  virtual ~open_file() = default;

  /// Writes all octets at that position, beyond the end, too.
  virtual std::error_code write(uint64_t position, byte_span data) = 0;

  /// Reads up to `size` octets from that position; fewer at the end.
  virtual result<std::vector<uint8_t>> read(uint64_t position, size_t size) = 0;

  /// Fails with std::errc::invalid_argument if it is no regular file.
  virtual result<file_facts> facts();

  virtual std::error_code truncate(uint64_t size) = 0;

  /// Returns once all that was written would survive a loss of power.
  virtual std::error_code sync() = 0;
};

/// Where files are.
class disk {
public:
  virtual ~disk() = default;

  /// Creates a file that does not exist, with mode 0640, and the folders above
  /// it with 0750. Follows no symbolic link in its last part.
  virtual result<std::unique_ptr<open_file>>
  create(const std::string& path) = 0;

  /// Opens a file that exists to read and write it.
  virtual result<std::unique_ptr<open_file>> open(const std::string& path) = 0;

  /// Opens a file that exists to read it only. Like `open`, it follows no
  /// symbolic link in its last part.
  virtual result<std::unique_ptr<open_file>>
  open_to_read(const std::string& path);

  /// Puts `content` in place of the file at `path`, or creates it. At any time
  /// the file has either its former content or the new one.
  virtual std::error_code replace(const std::string& path,
                                  byte_span content) = 0;

  /// The octets that are free for this process where `path` is or would be.
  virtual result<uint64_t> free_octets(const std::string& path) = 0;
};

/// The disk of this host.
std::shared_ptr<disk> host_disk();

} // namespace troupe::net
