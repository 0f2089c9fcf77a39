#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The dictionaries of ORTC as mediasoup's clients use them. Plain values: they
/// can be copied, compared and sent. An empty string represents an absent
/// member if the member is optional.
namespace troupe::protocol {

/// The kind of a track.
enum class media_kind : uint8_t { audio, video };

/// "audio" or "video".
std::string_view to_string(media_kind kind);

/// The kind named `text`, exactly as to_string() writes it.
std::optional<media_kind> parse_media_kind(std::string_view text);

/// A value of a format parameter, in the type in which the client sent it: a
/// client throws if `apt` is a string. Whole numbers are always int64_t.
using parameter_value = std::variant<int64_t, double, std::string>;

/// Format parameters of a codec (the fmtp line of SDP) or of an extension.
/// Unknown ones are kept and forwarded.
using parameter_map = std::map<std::string, parameter_value, std::less<>>;

/// A feedback message a codec supports (RFC 4585, section 4.2).
struct rtcp_feedback {
  std::string type;
  /// "pli" in "nack pli"; empty in plain "nack".
  std::string parameter;

  bool operator==(const rtcp_feedback&) const = default;
};

/// A codec that an endpoint can receive.
struct rtp_codec_capability {
  media_kind kind = media_kind::audio;
  /// For example "video/VP8"; case-insensitive.
  std::string mime_type;
  /// Absent in a router's configuration: the router then chooses one.
  std::optional<uint8_t> preferred_payload_type;
  /// In Hz.
  uint32_t clock_rate = 0;
  /// For audio only, where it defaults to 1.
  std::optional<uint8_t> channels;
  parameter_map parameters;
  std::vector<rtcp_feedback> feedback;

  bool operator==(const rtp_codec_capability&) const = default;
};

/// The direction of a header extension, from the view of its declarer.
enum class extension_direction : uint8_t {
  sendrecv,
  sendonly,
  recvonly,
  /// Also represents any unknown direction.
  inactive
};

/// The name of a direction in the dictionaries.
std::string_view to_string(extension_direction direction);

/// A header extension that an endpoint knows (RFC 8285).
struct rtp_header_extension_capability {
  /// Unreliable in what a client sends: mediasoup-client lists each extension
  /// once, under its last kind. Match by uri and id only.
  media_kind kind = media_kind::audio;
  std::string uri;
  uint8_t preferred_id = 0;
  bool preferred_encrypt = false;
  extension_direction direction = extension_direction::sendrecv;

  bool operator==(const rtp_header_extension_capability&) const = default;
};

/// What an endpoint can receive, or what a router can route.
struct rtp_capabilities {
  std::vector<rtp_codec_capability> codecs;
  std::vector<rtp_header_extension_capability> header_extensions;

  bool operator==(const rtp_capabilities&) const = default;
};

/// A codec in use on one stream.
struct rtp_codec_parameters {
  std::string mime_type;
  uint8_t payload_type = 0;
  /// In Hz.
  uint32_t clock_rate = 0;
  /// For audio only, where it defaults to 1.
  std::optional<uint8_t> channels;
  parameter_map parameters;
  std::vector<rtcp_feedback> feedback;

  bool operator==(const rtp_codec_parameters&) const = default;
};

/// A header extension in use on one stream.
struct rtp_header_extension_parameters {
  std::string uri;
  uint8_t id = 0;
  bool encrypt = false;
  parameter_map parameters;

  bool operator==(const rtp_header_extension_parameters&) const = default;
};

/// One encoding of a track: a simulcast layer, or all of it.
struct rtp_encoding_parameters {
  /// Absent in simulcast, which identifies its streams by rid.
  std::optional<uint32_t> ssrc;
  std::string rid;
  /// The stream of retransmissions (RFC 4588).
  std::optional<uint32_t> rtx_ssrc;
  std::optional<uint8_t> codec_payload_type;
  /// The sender pauses during silence, or while the image is still.
  bool dtx = false;
  /// For example "L1T3"; see parse_scalability_mode().
  std::string scalability_mode;
  /// In bit/s.
  std::optional<uint32_t> max_bitrate;

  bool operator==(const rtp_encoding_parameters&) const = default;
};

/// RTCP of one stream.
struct rtcp_parameters {
  /// Common to all streams of one clock (RFC 3550, section 6.5.1).
  std::string cname;
  /// RFC 5506. Always on: the client's value is overridden, as in mediasoup.
  bool reduced_size = true;

  bool operator==(const rtcp_parameters&) const = default;
};

/// How one track is sent.
struct rtp_parameters {
  std::string mid;
  /// "streamId trackId" (RFC 8830), from clients since 3.18.0.
  std::string msid;
  std::vector<rtp_codec_parameters> codecs;
  std::vector<rtp_header_extension_parameters> header_extensions;
  std::vector<rtp_encoding_parameters> encodings;
  rtcp_parameters rtcp;

  bool operator==(const rtp_parameters&) const = default;
};

/// A payload type of a producer, and the router's replacement for it.
struct codec_mapping {
  uint8_t payload_type = 0;
  uint8_t mapped_payload_type = 0;

  bool operator==(const codec_mapping&) const = default;
};

/// An encoding of a producer, and the SSRC it has inside the router.
struct encoding_mapping {
  std::optional<uint32_t> ssrc;
  std::string rid;
  uint32_t mapped_ssrc = 0;

  bool operator==(const encoding_mapping&) const = default;
};

/// The mapping from a producer's parameters to those sent to consumers.
struct rtp_mapping {
  std::vector<codec_mapping> codecs;
  /// One per encoding of the producer, in its order.
  std::vector<encoding_mapping> encodings;

  bool operator==(const rtp_mapping&) const = default;
};

} // namespace troupe::protocol
