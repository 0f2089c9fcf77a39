#pragma once

#include "rtp/send/packet_tag.hpp"

#include <algorithm>

namespace troupe::rtp {

/// All that is needed to forward the next packets of a steady stream without
/// its forwarder: see forwarder::steady(). It holds no state that a packet
/// changes.
struct steady_stream {
  /// The forwarder must handle packets from this time on: its report is due, or
  /// it must look for a freeze. The default is a stream that is not steady.
  time_point until{};
  /// The forwarder's, which outlives this.
  const header_writer* headers = nullptr;
  rtp::ssrc ssrc{};
  /// Added to the source's timestamps and sequence numbers.
  uint32_t timestamp_offset = 0;
  uint32_t tag = 0; // see make_tag()
  uint16_t sequence_offset = 0;
  payload_type payload{};
  /// The encoding that is being sent.
  uint8_t encoding = 0;

  bool valid() const {
    return headers != nullptr;
  }

  /// Whether it sends each packet of a batch of its encoding.
  bool takes(const std::vector<media_packet>& batch) const {
    return std::ranges::all_of(batch, [this](const auto& x) {
      return x.needed_for.contains(layers_of(tag));
    });
  }

  /// What the receiver is sent for a packet.
  outgoing_packet make(const media_packet& x) const {
    auto fields = rewritten_fields{};
    fields.payload_type = payload;
    fields.sequence_number = static_cast<uint16_t>(
        static_cast<uint64_t>(x.sequence) + sequence_offset);
    fields.timestamp = static_cast<uint32_t>(static_cast<uint64_t>(x.timestamp)
                                             + timestamp_offset);
    fields.ssrc = ssrc;
    fields.marker = ends_picture(x, layers_of(tag));
    return {x.packet, fields, std::nullopt,
            picture_rewriter::patch_of(x.numbers, offsets_of(tag))};
  }
};

static_assert(sizeof(steady_stream) == 32, "half a cache line");

} // namespace troupe::rtp
