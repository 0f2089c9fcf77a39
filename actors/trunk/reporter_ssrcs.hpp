#pragma once

#include "net/base/bytes.hpp"
#include "rtp/base/types.hpp"
#include "rtp/rtcp/xr.hpp"

#include <optional>
#include <vector>

namespace troupe::actors {

/// The SSRCs with which this node sends RTCP on a trunk about what it receives.
/// They need the tag of the other node, which relays do not know as they begin:
/// a relay reports as a number of its own, which becomes such an SSRC on the
/// way out, and again that number in the answers to its reports.
class reporter_ssrcs {
public:
  /// The number of the next relay. More than trunk_reporters share theirs.
  rtp::ssrc next();

  /// Replaces the senders of the packets in `compound` that such numbers stand
  /// for, or that report for all streams. `first` is the first of the SSRCs.
  static void to_wire(std::vector<uint8_t>& compound, uint32_t first);

  /// The number that an SSRC in an answer stands for; nothing if it is none of
  /// those from `first` on.
  static std::optional<rtp::ssrc> from_wire(rtp::ssrc x, uint32_t first);

private:
  uint32_t next_ = 0;
};

} // namespace troupe::actors
