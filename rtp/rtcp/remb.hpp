#pragma once

#include "rtp/rtcp/common.hpp"

namespace troupe::rtp::rtcp {

/// The receiver's estimate of the bitrate it can take
/// (draft-alvestrand-rmcat-remb-03): application layer feedback with the
/// unique identifier "REMB".
struct remb {
  static constexpr uint8_t format = 15;
  static constexpr uint32_t identifier = 0x52454D42; // "REMB"

  rtp::ssrc sender{};
  /// In bits per second; the greatest value if the wire has more.
  uint64_t bitrate_bps = 0;
  /// The streams that it covers.
  record_view<ssrc_record> sources;

  /// Whether this application layer feedback is REMB.
  static bool is_remb(const packet_view& x);

  static std::optional<remb> parse(const packet_view& x);
};

} // namespace troupe::rtp::rtcp
