#pragma once

#include "rtp/bwe/packet_report.hpp"

namespace troupe::rtp {

/// Groups packets that were sent together and measures how the delay changes
/// from group to group. A growing queue shows in this inter-group delay
/// variation (draft-ietf-rmcat-gcc-02, sections 5.1 and 5.2).
class arrival_groups {
public:
  /// The step from one group to the next.
  struct step {
    duration sent{};     // between the last packets of both groups
    duration received{}; // the same, by the receiver's clock
    duration at{};       // when the later group was complete
  };

  /// Takes the next packet that arrived. If it opens a group, returns the step
  /// between the two groups before that one.
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
