#pragma once

#include "rtp/base/clock.hpp"
#include "rtp/rtcp/receiver_report.hpp"

namespace troupe::rtp::rtcp {

/// A sender's information about itself (RFC 3550, section 6.4.1).
struct sender_info {
  static constexpr size_t wire_size = 24;

  rtp::ssrc ssrc{};
  ntp_time ntp;
  /// The same instant on the media clock.
  uint32_t rtp_timestamp = 0;
  uint32_t packet_count = 0;
  /// Payload octets, without headers and padding.
  uint32_t octet_count = 0;

  static sender_info read(const uint8_t* p);

  void write(uint8_t* p) const;

  bool operator==(const sender_info&) const = default;
};

/// A sender report (RFC 3550, section 6.4.1).
struct sender_report {
  sender_info info;
  record_view<report_block> blocks;

  static std::optional<sender_report> parse(const packet_view& x);
};

} // namespace troupe::rtp::rtcp
