#pragma once

#include "rtp/rtcp/common.hpp"

namespace troupe::rtp::rtcp {

/// A receiver's report about one source (RFC 3550, section 6.4.1).
struct report_block {
  static constexpr size_t wire_size = 24;

  /// The source that it reports on.
  rtp::ssrc ssrc{};
  /// The share of packets lost since the last report, in 1/256.
  uint8_t fraction_lost = 0;
  /// Packets lost since the start; 24 bits on the wire, negative with
  /// duplicates.
  int32_t cumulative_lost = 0;
  /// Cycles in the upper, highest sequence number in the lower 16 bits.
  uint32_t extended_highest_sequence = 0;
  /// In units of the media clock.
  uint32_t jitter = 0;
  /// The middle 32 bits of the last sender report's NTP time; 0 for none.
  uint32_t last_sender_report = 0;
  /// The delay since that report, in 16.16 seconds.
  uint32_t delay_since_last_sender_report = 0;

  static report_block read(const uint8_t* p);

  /// Writes wire_size octets. The cumulative loss is clamped to 24 bits.
  void write(uint8_t* p) const;

  bool operator==(const report_block&) const = default;
};

/// A receiver report (RFC 3550, section 6.4.2).
struct receiver_report {
  rtp::ssrc sender{};
  record_view<report_block> blocks;

  static std::optional<receiver_report> parse(const packet_view& x);
};

} // namespace troupe::rtp::rtcp
