#pragma once

#include "rtp/bwe/packet_report.hpp"

#include <optional>

namespace troupe::rtp {

/// A short burst that tries a rate.
struct probe {
  probe_id id = 0;
  double bps = 0;
  /// How much to send at that rate: at least 5 packets.
  uint32_t octets = 0;
};

/// The result of the latest probe: the rate at which its packets were sent and
/// the rate at which they arrived.
class probe_results {
public:
  /// Waits for the packets of `x`.
  void expect(const probe& x);

  /// Takes a report of any packet. Once enough of the probe has arrived,
  /// returns the rate that it has shown the link to carry, in bits per second.
  std::optional<double> add(const packet_report& x);

private:
  std::optional<probe> expected_;
  uint32_t packets_ = 0;
  uint32_t octets_ = 0;
  uint32_t first_octets_ = 0; // of the packet that arrived first
  uint32_t last_octets_ = 0;  // of the packet that was sent last
  time_point first_sent_;
  time_point last_sent_;
  duration first_received_{};
  duration last_received_{};
};

} // namespace troupe::rtp
