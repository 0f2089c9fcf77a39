#pragma once

#include "rtp/rtcp/common.hpp"

namespace troupe::rtp::rtcp {

/// A source that must send a key frame (RFC 5104, section 4.3.1.1).
struct fir_item {
  static constexpr size_t wire_size = 8;

  rtp::ssrc ssrc{};
  /// Incremented with each new request; a repetition keeps it.
  uint8_t sequence_number = 0;

  static fir_item read(const uint8_t* p) {
    return {rtp::ssrc{net::load_u32(p)}, p[4]};
  }

  void write(uint8_t* p) const {
    net::store_u32(p, value(ssrc));
    net::store_u32(p + 4, uint32_t{sequence_number} << 24);
  }

  bool operator==(const fir_item&) const = default;
};

/// A full intra request (RFC 5104, section 4.3.1).
struct fir {
  static constexpr uint8_t format = 4;

  rtp::ssrc sender{};
  record_view<fir_item> items;

  static std::optional<fir> parse(const packet_view& x);
};

} // namespace troupe::rtp::rtcp
