#pragma once

#include "net/base/time.hpp"

#include <cstddef>

namespace troupe::net {

/// Decides when a socket may be left unread for a moment: while it gets nothing
/// but ICE checks that are answered at once, many of them. Then one wake-up and
/// two system calls serve all checks of the moment. An engine.
///
/// A client that begins to send waits for that moment once: any other datagram
/// ends the pauses for a second, and media comes more often than that.
class check_pacing {
public:
  /// How long the socket is left unread.
  static constexpr duration pause = std::chrono::milliseconds{5};

  /// How long nothing but checks must have come.
  static constexpr duration quiet = std::chrono::seconds{1};

  /// So many datagrams have been read, and so many of them were checks that
  /// have been answered. Returns whether to leave the socket unread. A pause
  /// costs as much as a wake-up, so it must be worth at least two.
  bool handle_burst(size_t datagrams, size_t checks, time_point now) {
    if (datagrams == 0)
      return false;
    if (checks < datagrams)
      other_ = now;
    const bool dense = datagrams > 1 || now - latest_ < pause;
    latest_ = now;
    return dense && now - other_ >= quiet;
  }

private:
  time_point latest_{}; // the latest burst
  time_point other_{};  // the latest burst with other datagrams
};

} // namespace troupe::net
