#pragma once

#include "net/base/rng.hpp"

#include <cstddef>
#include <cstdint>

namespace troupe::protocol {

/// Our SSRCs have nine decimal digits: they are readable in logs, and clear of
/// 0 and of the client's probe (1234).
inline constexpr uint32_t lowest_ssrc = 100'000'000;
inline constexpr uint32_t highest_ssrc = 999'999'999;

/// The first of `count` consecutive SSRCs.
inline uint32_t random_ssrc_block(size_t count, net::rng& rng) {
  return lowest_ssrc
         + rng.below(highest_ssrc - lowest_ssrc + 1
                     - static_cast<uint32_t>(count));
}

/// Allocates the SSRCs of the streams to one client: consecutive ones from a
/// random start, each once. So no SSRC is used for two streams under one key
/// (RFC 3711, section 9.1), and SRTP keeps little state for ended streams
/// (net::srtp_sender::retire).
class ssrc_sequence {
public:
  /// The first of the next `count` consecutive SSRCs.
  uint32_t take(uint32_t count, net::rng& rng) {
    if (next_ == 0)
      next_ = random_ssrc_block(count, rng);
    if (next_ > highest_ssrc - count + 1)
      next_ = lowest_ssrc;
    auto first = next_;
    next_ += count;
    return first;
  }

private:
  uint32_t next_ = 0; // 0 before the first
};

} // namespace troupe::protocol
