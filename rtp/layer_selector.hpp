#pragma once

#include "rtp/media_packet.hpp"

#include <optional>

namespace troupe::rtp {

/// Chooses which of a producer's packets a consumer gets: those of one
/// encoding, beginning with a key frame. Another encoding takes over at a key
/// frame of its own; until then the present one goes on.
class layer_selector {
public:
  enum class decision : uint8_t {
    forward,
    /// Forward; an encoding or a new start begins with this packet.
    begin,
    /// Belongs to another encoding.
    other_layer,
    /// Of the wanted encoding, but no key frame came yet.
    awaiting_keyframe,
  };

  /// With `immediate`, any packet will do to begin with: audio.
  explicit layer_selector(bool immediate) : immediate_(immediate) {}

  decision decide(const media_packet& x);

  /// Wants this encoding from its next key frame on.
  void set_target(uint8_t encoding);

  /// Begins anew, with a key frame: after a pause.
  void restart() {
    current_.reset();
  }

  /// The wanted encoding begins, whatever its next packet is.
  void begin() {
    current_ = target_;
  }

  /// The encoding that a key frame is needed of, or nothing.
  std::optional<uint8_t> keyframe_needed() const;

  /// The encoding that is being forwarded, or nothing.
  std::optional<uint8_t> current() const {
    return current_;
  }

  uint8_t target() const {
    return target_;
  }

private:
  bool immediate_;
  uint8_t target_ = 0;
  std::optional<uint8_t> current_;
};

} // namespace troupe::rtp
