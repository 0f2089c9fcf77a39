#pragma once

#include "net/base/bytes.hpp"

#include <array>
#include <utility>

namespace troupe::net {

/// Follows the octets that a client sends on a WebSocket and counts its frames,
/// all of them and those of each message (RFC 6455, section 5.2). Beast does
/// not tell: it passes over empty frames and answers pings, and may deliver a
/// long frame in parts.
class frame_meter {
public:
  /// Takes the next octets of the stream. Returns how many frames the message
  /// with the most of them has had so far, of those that these octets touch.
  size_t observe(byte_span octets);

  /// How many frames of any kind have begun since this was last asked.
  size_t take_begun() {
    return std::exchange(begun_, 0);
  }

private:
  // Takes an octet of a frame's header; true where that completes it.
  bool take_header(uint8_t octet);

  std::array<uint8_t, 14> header_{};
  size_t header_size_ = 0;
  // Octets of the payload still to come.
  uint64_t payload_ = 0;
  size_t frames_ = 0;
  size_t begun_ = 0;
};

} // namespace troupe::net
