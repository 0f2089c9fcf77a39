#pragma once

#include "net/base/bytes.hpp"

#include <array>

namespace troupe::net {

/// Follows the octets that a client sends on a WebSocket and counts the frames
/// of each message (RFC 6455, section 5.2). Beast does not tell: it passes
/// over empty frames, and may deliver a long one in parts.
class frame_meter {
public:
  /// Takes the next octets of the stream. Returns how many frames the message
  /// with the most of them has had so far, of those that these octets touch.
  size_t observe(byte_span octets);

private:
  // Takes an octet of a frame's header; true where that completes it.
  bool take_header(uint8_t octet);

  std::array<uint8_t, 14> header_{};
  size_t header_size_ = 0;
  // Octets of the payload still to come.
  uint64_t payload_ = 0;
  size_t frames_ = 0;
};

} // namespace troupe::net
