#pragma once

#include "net/base/bytes.hpp"

#include <cstdint>
#include <vector>

namespace troupe::rtp {

/// A file that can be read at any place.
class random_access_reader {
public:
  virtual ~random_access_reader() = default;

  /// The file's size in octets; it does not change meanwhile.
  virtual uint64_t size() const = 0;

  /// Fills all of `out` with the octets from `offset` on. They are within the
  /// file. False if they cannot be read.
  virtual bool read(uint64_t offset, net::mutable_byte_span out) = 0;
};

/// Reads small pieces of a file in ascending order by few larger reads.
class file_window {
public:
  /// How much is read at once.
  static constexpr size_t capacity = 64 << 10;

  explicit file_window(random_access_reader& file) : file_(file) {}

  uint64_t size() const {
    return file_.size();
  }

  /// The `n` octets from `offset` on; fewer where the file ends, and none after
  /// a read has failed. At most `capacity`. Valid until the next call.
  net::byte_span peek(uint64_t offset, size_t n);

  /// A read has failed.
  bool failed() const {
    return failed_;
  }

private:
  random_access_reader& file_;
  std::vector<uint8_t> octets_;
  uint64_t begin_ = 0; // of the octets in the file
  bool failed_ = false;
};

} // namespace troupe::rtp
