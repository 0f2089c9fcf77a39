#pragma once

#include "net/base/bytes.hpp"

#include <optional>
#include <vector>

namespace troupe::net {

/// Cuts a TCP stream into the datagrams that RFC 4571 frames: a length of two
/// octets before each. Empty frames are skipped.
class frame_reader {
public:
  /// Frames longer than `max_frame` are an error, since the rest of the
  /// stream could only be skipped on the sender's word.
  explicit frame_reader(size_t max_frame) : max_frame_(max_frame) {}

  /// Where the next octets of the stream are to be put.
  mutable_byte_span room();

  /// Says that `n` octets were put into `room()`.
  void commit(size_t n) {
    end_ += n;
  }

  /// The next whole frame, valid until `room()` is called.
  std::optional<byte_span> next();

  /// Whether a frame was too long. Nothing follows.
  bool failed() const {
    return failed_;
  }

private:
  size_t max_frame_;
  std::vector<uint8_t> octets_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool failed_ = false;
};

} // namespace troupe::net
