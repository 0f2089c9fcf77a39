#pragma once

#include "net/base/bytes.hpp"
#include "net/base/time.hpp"

#include <cstdint>
#include <optional>

namespace troupe::load {

/// Identifies a packet and its send time in its payload, for any receiver
/// behind any server. Follows Opus' TOC octet, or the VP8 descriptor and (in a
/// frame's first packet) the frame header.
struct stamp {
  static constexpr size_t size = 27;
  static constexpr uint32_t magic = 0x54525042; // "TRPB"

  /// The SSRC that the stream's publisher used.
  uint32_t source = 0;
  /// The index of the packet in its stream, from 0.
  uint32_t counter = 0;
  /// The send time by CLOCK_MONOTONIC of the machine.
  net::time_point sent{};
  /// How much later than planned it was sent; 4.2 s at most.
  net::duration late{};
  /// The packets of its frame.
  uint16_t frame_packets = 1;
  /// Whether the frame is a key frame.
  bool keyframe = false;

  /// When the packet was to be sent.
  net::time_point planned() const {
    return sent - late;
  }

  /// Writes `size` octets.
  void write(uint8_t* p) const;

  /// Reads a written stamp; nothing if the magic number is missing.
  static std::optional<stamp> read(net::byte_span x);

  bool operator==(const stamp&) const = default;
};

/// The facts that a sink reads from a decrypted payload.
struct payload_facts {
  std::optional<load::stamp> stamp;
  /// The first packet of a VP8 key frame.
  bool keyframe = false;
};

payload_facts read_opus(net::byte_span payload);

payload_facts read_vp8(net::byte_span payload);

} // namespace troupe::load
