#include "actors/transport/arrival_feedback.hpp"

namespace troupe::actors {

void arrival_feedback::add(const rtp::feedback_kinds& producer) {
  if (remb_ || !producer.remb || producer.transport_cc)
    return;
  remb_ = true;
  generator_ = rtp::transport_feedback_generator{{.remb = true}};
}

void arrival_feedback::handle_packets(const std::vector<rtp::packet>& packets,
                                      const rtp::extension_map& ids) {
  for (const auto& x : packets) {
    if (auto sequence_number = rtp::read_transport_cc(x, ids))
      generator_.handle_packet(*sequence_number, x.ssrc(), x.arrival());
    else
      generator_.handle_untagged_packet(x.ssrc(), x.size(), x.arrival());
  }
}

} // namespace troupe::actors
