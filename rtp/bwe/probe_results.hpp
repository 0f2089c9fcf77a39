#pragma once

#include "rtp/bwe/packet_report.hpp"

#include <optional>

namespace troupe::rtp {

/// A short burst at a rate that shall be tried.
struct probe {
  probe_id id = 0;
  double bps = 0;
  /// How much to send at that rate: at least 5 packets.
  uint32_t octets = 0;
};

/// What became of the latest probe: the rate at which its packets left and
/// the rate at which they came.
class probe_results {
public:
  /// Begins to look for the packets of `x`.
  void expect(const probe& x);

  /// Takes a report of any packet. Gives the rate that the probe has shown to
  /// pass, in bits per second, once as much of it has come as tells.
  std::optional<double> add(const packet_report& x);

private:
  std::optional<probe> expected_;
  uint32_t packets_ = 0;
  uint32_t octets_ = 0;
  uint32_t first_octets_ = 0; // of the first to arrive
  uint32_t last_octets_ = 0;  // of the last that was sent
  time_point first_sent_;
  time_point last_sent_;
  duration first_received_{};
  duration last_received_{};
};

} // namespace troupe::rtp
