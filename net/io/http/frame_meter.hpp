#pragma once

#include "net/base/bytes.hpp"

#include <array>
#include <utility>

namespace troupe::net {

/// Follows a client's WebSocket stream and counts its frames, in total and per
/// message (RFC 6455, section 5.2). Beast does not report them: it skips empty
/// frames, answers pings, and may deliver a long frame in parts.
class frame_meter {
public:
  /// Takes the next octets of the stream. Returns the highest frame count so
  /// far of any message that these octets belong to.
  size_t observe(byte_span octets);

  /// The number of frames of any kind that began since the last call.
  size_t take_begun() {
    return std::exchange(begun_, 0);
  }

private:
  // Takes an octet of a frame's header; returns whether that completes it.
  bool take_header(uint8_t octet);

  std::array<uint8_t, 14> header_{};
  size_t header_size_ = 0;
  // Octets of the current frame's payload still to come.
  uint64_t payload_ = 0;
  size_t frames_ = 0;
  size_t begun_ = 0;
};

} // namespace troupe::net
