#pragma once

#include "net/base/strong_id.hpp"
#include "net/base/time.hpp"

#include <cstdint>
#include <functional>

namespace troupe::rtp {

using net::duration;
using net::time_point;

/// A synchronization source (RFC 3550, section 3).
enum class ssrc : uint32_t {};

/// A payload type, 0 to 127 (RFC 3550, section 5.1).
enum class payload_type : uint8_t {};

/// A media description's identification tag (RFC 9143).
using mid = net::strong_id<struct mid_tag>;

/// A restriction's (simulcast layer's) identifier (RFC 8851).
using rid = net::strong_id<struct rid_tag>;

enum class media_kind : uint8_t { audio, video };

enum class codec : uint8_t {
  opus,
  other_audio,
  vp8,
  vp9,
  h264,
  av1,
  other_video
};

inline constexpr uint32_t value(ssrc x) {
  return static_cast<uint32_t>(x);
}

inline constexpr uint8_t value(payload_type x) {
  return static_cast<uint8_t>(x);
}

/// Widens wrapping numbers of 16 or 32 bits to 64: feed each number as it
/// arrives; the result is the candidate nearest to the last result. The first
/// number starts in the second cycle, so that older ones stay positive.
template <class Wire>
class wrap_extender {
public:
  int64_t extend(Wire x) {
    if (!started_) {
      started_ = true;
      last_ = cycle + x;
      return last_;
    }
    auto delta = static_cast<std::make_signed_t<Wire>>(
        static_cast<Wire>(x - static_cast<Wire>(last_)));
    last_ += delta;
    return last_;
  }

  /// The next numbers belong to another sequence: their extensions are more
  /// than a quarter of 2^bits beyond all before.
  void skip() {
    last_ += cycle;
  }

  /// Extends without changing the reference.
  int64_t peek(Wire x) const {
    if (!started_)
      return cycle + x;
    auto delta = static_cast<std::make_signed_t<Wire>>(
        static_cast<Wire>(x - static_cast<Wire>(last_)));
    return last_ + delta;
  }

private:
  static constexpr int64_t cycle = int64_t{1} << (8 * sizeof(Wire));
  int64_t last_ = 0;
  bool started_ = false;
};

} // namespace troupe::rtp
