#pragma once

#include "rtp/bwe/packet_report.hpp"

namespace troupe::rtp {

/// Turns packets into groups that left together, and groups into the change of
/// the delay from one to the next: its inter-group delay variation is what
/// tells of a queue (draft-ietf-rmcat-gcc-02, sections 5.1 and 5.2).
class arrival_groups {
public:
  /// The step from one group to the next.
  struct step {
    duration sent{};     // between the last packets of both
    duration received{}; // likewise, at the receiver
    duration at{};       // when the later one was complete
  };

  /// Takes the next packet that arrived. Gives the step between the two groups
  /// before the one that it opens, if it opens one.
  std::optional<step> add(time_point sent, duration received);

private:
  struct group {
    time_point first_sent;
    time_point last_sent;
    duration first_received{};
    duration last_received{};
  };

  bool belongs(time_point sent, duration received) const;

  std::optional<group> current_;
  std::optional<group> previous_;
};

} // namespace troupe::rtp
