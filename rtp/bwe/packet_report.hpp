#pragma once

#include "rtp/base/types.hpp"

#include <cstdint>
#include <optional>

namespace troupe::rtp {

/// Identifies a group of packets that was sent to try a higher rate.
using probe_id = uint32_t;

/// The receiver's feedback on one packet that we sent. Reports come in the
/// order in which the packets were sent.
struct packet_report {
  time_point sent;
  /// When it arrived, by the receiver's clock, whose zero is arbitrary; nothing
  /// if it was lost.
  std::optional<duration> received;
  uint32_t octets = 0;
  /// The probe that it was part of.
  std::optional<probe_id> probe;
};

} // namespace troupe::rtp
