#pragma once

#include "rtp/rtcp/common.hpp"

namespace troupe::rtp::rtcp {

/// The receiver's estimate of the bitrate it can take
/// (draft-alvestrand-rmcat-remb-03): application layer feedback with the
/// unique identifier "REMB".
struct remb {
  static constexpr uint8_t format = 15;

  rtp::ssrc sender{};
  /// In bits per second; the greatest value where the wire says more.
  uint64_t bitrate_bps = 0;
  /// Whom it covers.
  record_view<ssrc_record> sources;

  /// Nothing for other application layer feedback as well.
  static std::optional<remb> parse(const packet_view& x);
};

} // namespace troupe::rtp::rtcp
