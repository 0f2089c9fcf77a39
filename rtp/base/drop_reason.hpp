#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::rtp {

/// Why an engine dropped a packet. Each dropped packet increments exactly one
/// of these.
enum class drop_reason : uint8_t {
  /// No producer has its SSRC, MID or RID.
  unknown_source,
  /// The producer has no encoding for its SSRC and RID, or has learned the
  /// maximum of sources.
  unknown_encoding,
  /// A payload type that was not negotiated.
  unknown_payload_type,
  /// It arrived before: received twice, or restored after the original.
  duplicate,
  /// Too old to be distinguished from a duplicate.
  too_old,
  /// Its sequence is far from the expected one, not yet confirmed by a second.
  out_of_range,
  /// Without payload: padding of a probe.
  padding_only,
  /// A video payload that its codec's rules do not allow.
  malformed_payload,
  /// The producer is paused.
  producer_paused,
  /// The consumer is paused.
  consumer_paused,
  /// Another encoding is being forwarded, or none: at a producer, for none of
  /// its consumers.
  other_layer,
  /// The video must begin with a key frame.
  awaiting_keyframe,
  /// It waited too long in a queue, or the queue was too long.
  overload,
  /// Older than the receiver's sequence numbers reach.
  unmappable,
  /// The rewritten header did not fit.
  header_too_large,
  /// SRTP cannot take another source, or the lifetime of its key is over.
  srtp_exhausted,
};

inline constexpr size_t drop_reason_count = 16;

std::string_view to_string(drop_reason reason);

/// A counter for each reason.
class drop_counters {
public:
  void add(drop_reason reason, uint64_t n = 1) {
    counts_[static_cast<size_t>(reason)] += static_cast<uint32_t>(n);
  }

  uint64_t of(drop_reason reason) const {
    return counts_[static_cast<size_t>(reason)];
  }

  uint64_t total() const {
    auto sum = uint64_t{0};
    for (auto n : counts_)
      sum += n;
    return sum;
  }

private:
  std::array<uint32_t, drop_reason_count> counts_{};
};

} // namespace troupe::rtp
