#pragma once

#include "net/base/datagram.hpp"

#include <cstddef>

namespace troupe::net {

/// The most messages that one sendmmsg call gets.
inline constexpr size_t max_messages_per_call = 64;

/// One message of a send call: a datagram, or a run of datagrams of equal size
/// to one receiver, which the kernel cuts apart again (UDP_SEGMENT). The last
/// datagram of a run may be shorter.
struct gso_run {
  /// Every Linux takes 64 segments (128 in newer versions), in total no more
  /// than an IPv4 datagram can carry.
  static constexpr size_t max_segments = 64;
  static constexpr size_t max_octets = 65507;

  explicit gso_run(const outgoing_datagram& x)
      : first(&x)
      , complete(x.data.empty()) {}

  gso_run() = default;

  /// Whether the next datagram may join the run.
  bool takes(const outgoing_datagram& x) const {
    return !complete && !x.data.empty() && x.data.size() <= first->data.size()
           && segments < max_segments && octets + x.data.size() <= max_octets
           && x.tuple.remote == first->tuple.remote
           && x.tuple.local == first->tuple.local;
  }

  /// Counts a datagram of the run, the first one included.
  void add(const outgoing_datagram& x) {
    ++segments;
    octets += x.data.size();
    if (x.data.size() < first->data.size())
      complete = true;
  }

  const outgoing_datagram* first = nullptr;
  size_t segments = 0;
  size_t octets = 0;
  /// Whether a shorter datagram has ended the run.
  bool complete = false;
};

} // namespace troupe::net
