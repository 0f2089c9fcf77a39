#pragma once

#include "rtp/rtcp/common.hpp"

namespace troupe::rtp::rtcp {

/// A picture loss indication (RFC 4585, section 6.3.1).
struct pli {
  static constexpr uint8_t format = 1;

  rtp::ssrc sender{};
  rtp::ssrc media{};

  static std::optional<pli> parse(const packet_view& x);

  bool operator==(const pli&) const = default;
};

} // namespace troupe::rtp::rtcp
