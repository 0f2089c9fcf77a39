#pragma once

#include "protocol/ortc/h264_profile.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::protocol {

/// The properties by which codecs are compared. Refers to its codec.
struct codec_view {
  /// Made of an rtp_codec_capability or rtp_codec_parameters.
  template <class Codec>
  explicit(false) codec_view(const Codec& codec)
      : mime_type(codec.mime_type)
      , clock_rate(codec.clock_rate)
      , channels(codec.channels)
      , parameters(codec.parameters) {}

  std::string_view mime_type;
  uint32_t clock_rate;
  std::optional<uint8_t> channels;
  const parameter_map& parameters;
};

/// Whether two codecs are the same: MIME type, clock rate, channels, and the
/// stream counts of multiopus.
bool is_same_codec(const codec_view& a, const codec_view& b);

/// Whether one codec can decode what the other encodes: the same codec, with
/// equal H.264 profile and packetization mode, or equal VP9 profile.
bool is_compatible_codec(const codec_view& a, const codec_view& b);

/// The value of `name`, or 0 if that is absent or empty.
parameter_value parameter_or_zero(const parameter_map& parameters,
                                  std::string_view name);

/// The payload type that a retransmission codec belongs to ("apt"), or
/// nothing when it names none.
std::optional<uint8_t> associated_payload_type(const parameter_map& parameters);

/// The retransmission codec of the codec with that payload type, or nullptr.
const rtp_codec_capability* find_rtx(const rtp_capabilities& caps,
                                     uint8_t payload_type);

} // namespace troupe::protocol
