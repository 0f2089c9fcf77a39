#include "rtp/send/forwarder.hpp"

// Streams that need no decision for each packet: see forwarder::steady().

namespace troupe::rtp {

steady_stream forwarder::steady(std::span<const packet_trail> trails) const {
  auto encoding = selector_.steady_encoding();
  // The first packet after a report schedules the next one, and the first whole
  // picture is the beginning of the watch for a freeze.
  auto watched = last_complete_ != time_point{};
  if (!watched && config_.kind == media_kind::video)
    return {};
  if (!running() || !encoding || *encoding >= trails.size() || beginning_
      || replayed_ || replay_wanted_ || keyframes_.pending() || !report_due_
      || config_.max_queueing < packet_trail::max_age)
    return {};
  auto run = sequence_.present_run(*encoding, tag());
  if (!run || run->next <= selector_.newest()
      || !trails[*encoding].leads(run->next, timestamps_))
    return {};
  steady_stream out;
  out.until = *report_due_;
  if (watched)
    out.until = std::min(out.until, last_complete_ + freeze_patience);
  out.headers = headers_.get();
  out.ssrc = config_.ssrc;
  out.timestamp_offset = static_cast<uint32_t>(timestamps_.offset());
  out.tag = tag();
  out.sequence_offset = run->offset;
  out.payload = config_.payload;
  out.encoding = *encoding;
  return out;
}

void forwarder::catch_up(const packet_trail& trail, uint8_t encoding,
                         uint32_t from, uint32_t to) {
  if (from == to)
    return;
  keyframes_.handle_packet();
  trail.for_each(from, to, [&](const packet_trail::step& x) {
    auto sequence = sequence_.forward({encoding, x.sequence}, tag());
    // Invariant: steady() numbered it.
    TROUPE_ASSERT(sequence.has_value());
    selector_.note_forwarded(x.sequence, x.timestamp);
    timestamps_.map(encoding, x.timestamp, x.arrival);
    pictures_.note_sent(x.numbers);
    note_sent(*sequence, x.octets, x.timestamp, x.completes_picture, x.now);
  });
}

} // namespace troupe::rtp
