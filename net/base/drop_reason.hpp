#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::net {

/// Why a transport refused a datagram. Each refused datagram increments
/// exactly one counter.
enum class drop_reason : uint8_t {
  /// The first octet belongs to no supported protocol, or the datagram is too
  /// short for its protocol (RFC 7983, section 7).
  unclassified,
  /// Not a STUN message: wrong length, cookie, attributes or fingerprint.
  stun_malformed,
  /// A STUN message that is not a Binding request. An ICE-lite agent sends no
  /// requests, so no response is ever expected.
  stun_not_a_request,
  /// A request without MESSAGE-INTEGRITY, or not with our credentials.
  stun_unauthenticated,
  /// An authenticated request that was answered with an error.
  stun_refused,
  /// Neither STUN nor from a tuple that ICE has validated.
  unknown_tuple,
  /// DTLS after the association failed or closed.
  dtls_over,
  /// RTP or RTCP before the handshake has provided keys.
  no_keys,
  /// Too short or inconsistent for SRTP.
  srtp_malformed,
  /// The authentication tag does not match.
  srtp_bad_tag,
  /// A replay, or older than the replay window.
  srtp_replayed,
  /// The lifetime of the key is over, or there are too many sources.
  srtp_exhausted,
  /// The owner polls too slowly, or the receiving actor is too far behind.
  queue_full,
  /// The transport is closed.
  closed,
  /// RTP that waited here for longer than it is useful.
  too_late,
  /// RTP of a source that no consumer attends; not decrypted.
  unattended,
};

inline constexpr size_t drop_reason_count = 16;

/// The name of the reason, as written above.
std::string_view to_string(drop_reason reason);

/// One counter per drop reason.
class drop_counters {
public:
  void add(drop_reason reason) {
    ++counts_[static_cast<size_t>(reason)];
  }

  uint64_t operator[](drop_reason reason) const {
    return counts_[static_cast<size_t>(reason)];
  }

  /// The sum over all reasons.
  uint64_t total() const {
    uint64_t sum = 0;
    for (auto n : counts_)
      sum += n;
    return sum;
  }

private:
  std::array<uint64_t, drop_reason_count> counts_{};
};

} // namespace troupe::net
