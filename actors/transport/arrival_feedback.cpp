#include "actors/transport/arrival_feedback.hpp"

#include <cstdlib>

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
    if (auto sequence_number = rtp::read_transport_cc(x, ids)) {
      authentic_ = sequence_number;
      generator_.handle_packet(*sequence_number, x.ssrc(), x.arrival());
    } else {
      generator_.handle_untagged_packet(x.ssrc(), x.size(), x.arrival());
    }
  }
}

void arrival_feedback::handle_skipped(const skipped_packet& x) {
  const auto source = rtp::ssrc{x.ssrc};
  const auto number = x.transport_wide_number;
  if (!number) {
    generator_.handle_untagged_packet(source, x.octets, x.arrival);
    return;
  }
  if (!authentic_)
    return;
  const auto distance =
      static_cast<int16_t>(static_cast<uint16_t>(*number - *authentic_));
  if (std::abs(int{distance}) <= farthest)
    generator_.handle_packet(*number, source, x.arrival);
}

} // namespace troupe::actors
