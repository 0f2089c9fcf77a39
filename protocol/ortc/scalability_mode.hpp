#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// The layers of an encoding (W3C WebRTC-SVC, section 6).
struct scalability_mode {
  /// Both from 1 to 99.
  uint8_t spatial_layers = 1;
  uint8_t temporal_layers = 1;
  /// Spatial layers depend on each other at key frames only ("_KEY").
  bool is_ksvc = false;

  bool operator==(const scalability_mode&) const = default;
};

/// Parses "L1T3", "S3T3", "L3T3_KEY". As in mediasoup, a suffix is ignored
/// ("L3T3h"), and any other text means one layer of each.
scalability_mode parse_scalability_mode(std::string_view text);

/// The mode that a consumer of simulcast is sent: "L3T2" for three encodings of
/// two temporal layers each.
std::string make_scalability_mode(size_t spatial_layers,
                                  size_t temporal_layers);

} // namespace troupe::protocol
