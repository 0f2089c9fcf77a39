#pragma once

#include "rtp/codec/payload_descriptor.hpp"

namespace troupe::rtp {

/// The AV1 aggregation header (RTP payload format for AV1, section 4.4).
struct av1_aggregation_header {
  /// Z: the first OBU element continues an element of the packet before.
  bool continues = false;
  /// Y: the last OBU element continues in the next packet.
  bool continued = false;
  /// W: the number of OBU elements, 1 to 3; 0: each element has its length.
  uint8_t element_count = 0;
  /// N: the first packet of a coded video sequence, and so of a key frame.
  bool new_sequence = false;

  bool operator==(const av1_aggregation_header&) const = default;
};

/// Nothing for an empty payload, and where Z and N contradict each other.
std::optional<av1_aggregation_header>
parse_av1_aggregation_header(net::byte_span payload);

/// Describes an AV1 payload without a dependency descriptor as a single layer.
/// A frame starts where the first OBU element is no continuation. That also
/// marks later packets of a frame if they begin with a new OBU.
payload_descriptor describe_av1(const av1_aggregation_header& x, bool marker);

/// Describes an AV1 payload by a dependency descriptor read with `structure`.
payload_descriptor describe_av1(const av1_dependency_descriptor& x,
                                const av1_dependency_structure& structure);

} // namespace troupe::rtp
