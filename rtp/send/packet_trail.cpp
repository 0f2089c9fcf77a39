#include "rtp/send/packet_trail.hpp"

namespace troupe::rtp {

packet_trail::packet_trail(uint8_t encoding, uint32_t clock_rate)
    : encoding_(encoding)
    , clock_(clock_rate, 0) {}

bool packet_trail::take(const std::vector<media_packet>& batch,
                        time_point now) {
  auto whole = batch.size() <= largest_batch;
  auto position = end_;
  for (const auto& x : batch) {
    whole = whole && continues(x, now);
    if (whole) {
      auto octets = static_cast<uint16_t>(x.packet.payload().size());
      auto arrival = x.packet.arrival();
      steps_[position++ % room] = {
          x.sequence, x.timestamp,        arrival, now, x.numbers,
          octets,     x.completes_picture};
    }
    note(x);
  }
  if (whole)
    end_ = position;
  return whole;
}

// As a forwarder does with what it forwards.
void packet_trail::note(const media_packet& x) {
  if (x.filler || x.sequence < next_)
    return;
  next_ = x.sequence + 1;
  clock_.map(encoding_, x.timestamp, x.packet.arrival());
}

bool packet_trail::continues(const media_packet& x, time_point now) const {
  // A dependency descriptor may change the layers at any frame.
  return x.sequence == next_ && !x.late && !x.filler && !x.has_dependencies
         && now - x.packet.arrival() <= max_age
         && clock_.keeps_turn(encoding_, x.timestamp, x.packet.arrival());
}

} // namespace troupe::rtp
