#pragma once

#include "rtp/packet/packet.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::rtp {

/// The header extensions that this server negotiates. Each value is the default
/// id minus one.
enum class extension : uint8_t {
  /// The media description that a packet belongs to (RFC 9143).
  sdes_mid,
  /// The simulcast encoding that a packet belongs to (RFC 8852).
  sdes_rid,
  /// The simulcast encoding that an RTX packet repairs (RFC 8852).
  sdes_repaired_rid,
  /// The time it was sent: 24 bits, 6.18 seconds, wraps every 64 s.
  abs_send_time,
  /// The transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc).
  transport_cc,
  /// Client-to-mixer audio level (RFC 6464).
  audio_level,
  /// The dependency descriptor (RTP payload format for AV1, appendix A).
  dependency_descriptor,
  /// Coordination of video orientation (3GPP TS 26.114).
  video_orientation,
  /// The transmission time offset (RFC 5450).
  toffset,
  /// When the frame was captured, as NTP time.
  abs_capture_time,
  /// The least and greatest delay requested before playout.
  playout_delay,
  /// The packet id of mediasoup.
  packet_id,
};

inline constexpr size_t extension_count = 12;

/// The URI that names the extension in signaling.
std::string_view uri(extension x);

/// The extension that `text` names, or nothing if it is unknown.
std::optional<extension> extension_from_uri(std::string_view text);

/// The id under which the server offers it. Clients depend on these: probation
/// packets use them before any negotiation.
constexpr uint8_t default_id(extension x) {
  return static_cast<uint8_t>(static_cast<uint8_t>(x) + 1);
}

// The ids of the extensions on one producer or consumer.
class extension_map {
public:
  /// All extensions under their default ids.
  static extension_map defaults();

  /// Sets the id of `x`. Returns false and changes nothing for id 0, for 15
  /// (reserved in the one-byte form), and if another extension has the id.
  bool set(extension x, uint8_t id);

  /// Removes the id of `x`.
  void remove(extension x) {
    ids_[index(x)] = 0;
  }

  /// The id of `x`, or 0 if it was not negotiated.
  uint8_t id(extension x) const {
    return ids_[index(x)];
  }

  bool has(extension x) const {
    return id(x) != 0;
  }

  /// The extension with this id, or nothing.
  std::optional<extension> find(uint8_t id) const;

  bool operator==(const extension_map&) const = default;

private:
  static constexpr size_t index(extension x) {
    return static_cast<size_t>(x);
  }

  std::array<uint8_t, extension_count> ids_{};
};

// -- typed readers: nothing if the element is absent or has a wrong size ------

/// Reads the MID, which has 1 to 255 octets.
std::optional<std::string_view> read_mid(const packet& x,
                                         const extension_map& ids);

std::optional<std::string_view> read_rid(const packet& x,
                                         const extension_map& ids);

std::optional<std::string_view> read_repaired_rid(const packet& x,
                                                  const extension_map& ids);

/// The 24-bit send time, in units of 2^-18 s.
std::optional<uint32_t> read_abs_send_time(const packet& x,
                                           const extension_map& ids);

/// The transport-wide sequence number.
std::optional<uint16_t> read_transport_cc(const packet& x,
                                          const extension_map& ids);

/// How loud an audio packet is (RFC 6464).
struct audio_level {
  /// The level below full scale, in -dBov: 0 is the loudest, 127 silence.
  uint8_t level = 127;
  /// Whether the sender considers it speech.
  bool voice = false;

  bool operator==(const audio_level&) const = default;
};

std::optional<audio_level> read_audio_level(const packet& x,
                                            const extension_map& ids);

/// The rotation to apply before the video is displayed.
struct video_orientation {
  /// The back-facing camera.
  bool camera = false;
  /// Mirrored horizontally.
  bool flip = false;
  /// Clockwise, in degrees: 0, 90, 180 or 270.
  uint16_t rotation = 0;

  bool operator==(const video_orientation&) const = default;
};

std::optional<video_orientation>
read_video_orientation(const packet& x, const extension_map& ids);

/// The transmission time offset: how much later than its timestamp a packet was
/// sent, in units of the media clock; 24 bits, signed (RFC 5450).
std::optional<int32_t> read_toffset(const packet& x, const extension_map& ids);

/// When the first octet of a frame was captured.
struct abs_capture_time {
  /// Capture time by the capturer's NTP clock (64 bits).
  uint64_t ntp = 0;
  /// Capturer's clock minus the sender's, as signed 32.32 seconds.
  std::optional<int64_t> clock_offset;

  bool operator==(const abs_capture_time&) const = default;
};

std::optional<abs_capture_time> read_abs_capture_time(const packet& x,
                                                      const extension_map& ids);

/// The range of playout delays that the sender requests, in units of 10 ms, 0
/// to 4095.
struct playout_delay {
  uint16_t min = 0;
  uint16_t max = 0;

  bool operator==(const playout_delay&) const = default;
};

std::optional<playout_delay> read_playout_delay(const packet& x,
                                                const extension_map& ids);

// -- send times ---------------------------------------------------------------

/// Converts a time to the format of the abs-send-time extension.
uint32_t to_abs_send_time(time_point x);

/// How much later `to` is than `from`, for values less than 32 s apart.
duration abs_send_time_delta(uint32_t from, uint32_t to);

} // namespace troupe::rtp
