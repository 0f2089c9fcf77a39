#pragma once

#include "rtp/base/clock.hpp"
#include "rtp/rtcp/common.hpp"

namespace troupe::rtp::rtcp {

/// One source's part of a DLRR block (RFC 3611, section 4.5).
struct dlrr_item {
  static constexpr size_t wire_size = 12;

  /// The receiver whose reference time this answers.
  rtp::ssrc ssrc{};
  /// The middle 32 bits of its last RRTR; 0 for none.
  uint32_t last_receiver_report = 0;
  /// The time since then, in 16.16 seconds.
  uint32_t delay_since_last_receiver_report = 0;

  static dlrr_item read(const uint8_t* p) {
    return {rtp::ssrc{net::load_u32(p)}, net::load_u32(p + 4),
            net::load_u32(p + 8)};
  }

  void write(uint8_t* p) const {
    net::store_u32(p, value(ssrc));
    net::store_u32(p + 4, last_receiver_report);
    net::store_u32(p + 8, delay_since_last_receiver_report);
  }

  bool operator==(const dlrr_item&) const = default;
};

/// An extended report (RFC 3611). Reads the reference time (RRTR) and its
/// answer (DLRR) and skips other blocks. The last of several blocks of a kind
/// counts.
struct extended_report {
  static constexpr uint8_t rrtr_block = 4;
  static constexpr uint8_t dlrr_block = 5;

  rtp::ssrc sender{};
  /// The receiver reference time (RFC 3611, section 4.4).
  std::optional<ntp_time> reference_time;
  record_view<dlrr_item> dlrr;

  static std::optional<extended_report> parse(const packet_view& x);
};

} // namespace troupe::rtp::rtcp
