#pragma once

#include "rtp/rtcp/common.hpp"

#include <string_view>

namespace troupe::rtp::rtcp {

/// The sources that leave (RFC 3550, section 6.6).
struct bye {
  record_view<ssrc_record> sources;
  /// Empty if the packet has none.
  std::string_view reason;

  static std::optional<bye> parse(const packet_view& x);
};

} // namespace troupe::rtp::rtcp
