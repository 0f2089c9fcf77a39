#pragma once

#include "net/base/bytes.hpp"
#include "rtp/packet/media_packet.hpp"

#include <array>
#include <optional>
#include <span>
#include <vector>

/// Joins the payloads of a frame's packets, for each video codec. All payloads
/// are untrusted: each function reads them within their bounds and returns
/// false, or nothing, if they do not follow the payload format.
namespace troupe::rtp {

/// A picture's size in pixels; 0 if unknown.
struct picture_size {
  uint32_t width = 0;
  uint32_t height = 0;

  bool operator==(const picture_size&) const = default;
};

/// Which H264 parameter sets a frame has.
struct parameter_sets {
  bool sequence = false;
  bool picture = false;

  bool both() const {
    return sequence && picture;
  }

  parameter_sets& operator|=(parameter_sets x) {
    sequence |= x.sequence;
    picture |= x.picture;
    return *this;
  }
};

/// What joining a frame's payloads has shown.
struct joined_frame {
  /// Decoding can begin with it, as its content says.
  bool keyframe = false;
  /// Of key frames, where the payloads show it.
  picture_size size = {};
  /// H264: the frame has a slice. Otherwise it consists of parameter sets for
  /// the next frame.
  bool has_picture = true;
  parameter_sets sets = {};
};

/// Appends a VP8 frame (RFC 7741): the payloads without their descriptors.
std::optional<joined_frame> join_vp8(std::span<const media_packet> packets,
                                     std::vector<uint8_t>& out);

/// Appends a VP9 picture (RFC 9628). Several spatial layers become a superframe
/// with an index (VP9 bitstream specification, annex B).
std::optional<joined_frame> join_vp9(std::span<const media_packet> packets,
                                     std::vector<uint8_t>& out);

/// Appends an H264 access unit (RFC 6184, packetization modes 0 and 1): all NAL
/// units, each after its length of four octets.
std::optional<joined_frame> join_h264(std::span<const media_packet> packets,
                                      std::vector<uint8_t>& out);

/// Joins AV1 temporal units (RTP payload format for AV1, section 4): OBUs with
/// size fields, without temporal delimiters, tile lists and padding, as
/// Matroska stores them.
class av1_joiner {
public:
  std::optional<joined_frame> join(std::span<const media_packet> packets,
                                   std::vector<uint8_t>& out);

private:
  // Takes the OBU elements of one packet.
  bool take(net::byte_span payload, std::vector<uint8_t>& out);
  bool take_element(net::byte_span x, bool continued,
                    std::vector<uint8_t>& out);
  bool take_obu(net::byte_span x, std::vector<uint8_t>& out);

  std::vector<uint8_t> partial_; // an element of several packets
  bool open_ = false;            // `partial_` continues in the next packet
  bool has_sequence_ = false;
  bool has_frame_ = false;
  bool first_is_key_ = false;
};

} // namespace troupe::rtp
