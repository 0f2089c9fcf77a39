#pragma once

#include "rtp/packet/header_extensions.hpp"
#include "rtp/receive/transport_feedback_generator.hpp"

namespace troupe::actors {

/// Notes the arrival of a producer's packets, for the feedback on which its
/// client's bandwidth estimate depends.
inline void note_arrivals(rtp::transport_feedback_generator& to,
                          const std::vector<rtp::packet>& packets,
                          const rtp::extension_map& ids) {
  for (const auto& x : packets) {
    if (auto sequence_number = rtp::read_transport_cc(x, ids))
      to.handle_packet(*sequence_number, x.ssrc(), x.arrival());
    else
      to.handle_untagged_packet(x.ssrc(), x.size(), x.arrival());
  }
}

} // namespace troupe::actors
