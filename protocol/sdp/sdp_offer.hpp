#pragma once

#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/rtp_parameters.hpp"
#include "protocol/verbs/transport_parameters.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// Session descriptions (SDP, RFC 8866) of clients that offer WebRTC by one
/// HTTP request (WHIP, RFC 9725). An offer is parsed into the dictionaries of
/// ORTC; sdp_tracks.hpp negotiates them, sdp_answer.hpp writes the answer, and
/// ice_fragment.hpp has what follows it.
namespace troupe::protocol {

/// Limits on an offer and on a fragment, beyond which it is refused.
namespace sdp_limits {

/// In octets.
inline constexpr size_t size = 64 * 1024;

inline constexpr size_t lines = 1'000;

/// Sections of media.
inline constexpr size_t sections = 16;

/// MIDs of one group.
inline constexpr size_t group = 32;

/// Payload types of one section.
inline constexpr size_t codecs = 64;

} // namespace sdp_limits

/// Why a session description was refused.
enum class sdp_errc {
  /// It exceeds sdp_limits::size.
  too_large = 1,
  /// It exceeds another limit.
  too_many,
  /// It is no session description: not UTF-8, no "v=0", or a line that is not
  /// `<letter>=<value>`.
  malformed,
  /// An attribute has a value that its standard does not allow.
  bad_value,
  /// No section has ICE credentials, or no usable fingerprint.
  no_transport,
  /// The client is ICE-lite as the server is, so neither would send checks.
  lite_client,
  /// The client has rejected the section itself: its port is 0.
  section_rejected,
  /// The section has neither audio nor video, for example data channels.
  unsupported_media,
  /// The section is not in the BUNDLE group of the first accepted one.
  not_bundled,
  /// The section lacks rtcp-mux.
  no_rtcp_mux,
  /// The client offers to send nothing in the section, or to receive nothing
  /// if the server is to send.
  wrong_direction,
  /// An earlier section of this kind has been accepted.
  second_of_kind,
  /// Nothing tells the packets of the section from others.
  unidentified,
};

/// The category of sdp_errc, named "sdp".
const std::error_category& sdp_category();

/// Makes sdp_errc a std::error_code.
std::error_code make_error_code(sdp_errc value);

/// The direction of a section, from the view of who wrote it. SDP has the same
/// four words for it as for the direction of an extension.
using media_direction = extension_direction;

/// A source of a section (RFC 5576).
struct sdp_source {
  uint32_t ssrc = 0;
  /// The source of its retransmissions (`a=ssrc-group:FID`).
  std::optional<uint32_t> rtx_ssrc;
  std::string cname;

  bool operator==(const sdp_source&) const = default;
};

/// A stream of simulcast (RFC 8853), with the restrictions that tell its size
/// (RFC 8851, section 5). What is not restricted has the highest number.
struct sdp_rid {
  std::string id;
  /// Of a picture: `max-width` times `max-height`, or `max-fs`.
  uint64_t max_pixels = UINT64_MAX;
  /// `max-br`, in bits per second.
  uint64_t max_bitrate = UINT64_MAX;

  bool operator==(const sdp_rid&) const = default;
};

/// One section of media (an `m=` line), with the attributes of the session
/// where it has none of its own.
struct sdp_section {
  /// Empty if it has none. Unique in the offer.
  std::string mid;
  /// The first word of the `m=` line: "audio", "video", "application", …
  std::string media;
  /// Of audio and video by SRTP with DTLS, nothing for others.
  std::optional<media_kind> kind;
  /// The transport protocol, such as "UDP/TLS/RTP/SAVPF".
  std::string protocol;
  /// The first format, which a rejection repeats.
  std::string format;
  /// The port is 0, and that does not mean "bundle-only" (RFC 9143).
  bool rejected = false;
  /// What the client offers.
  media_direction direction = media_direction::sendrecv;
  /// In the client's order of preference. The names are spelled as offered.
  /// Payload types without `a=rtpmap` are omitted.
  std::vector<rtp_codec_parameters> codecs;
  /// The `kind` of each is the section's.
  std::vector<rtp_header_extension_capability> header_extensions;
  /// What the client will send as simulcast, at most limits::encodings, in its
  /// order of preference. order_by_layers() finds the order of sizes.
  std::vector<sdp_rid> rids;
  /// In the order of their first mention; a source of retransmissions is not
  /// listed itself.
  std::vector<sdp_source> sources;
  /// "streamId trackId" (RFC 8830).
  std::string msid;
  bool rtcp_mux = false;
  /// Reduced-size RTCP (RFC 5506).
  bool rtcp_rsize = false;
  /// Header extensions of one and two octets may be mixed (RFC 8285).
  bool extmap_allow_mixed = false;

  bool operator==(const sdp_section&) const = default;
};

/// What a client offers.
struct sdp_offer {
  /// Of the first section that has credentials: bundled sections share them.
  ice_parameters ice;
  /// The client's certificates and role, as connect_transport takes them: the
  /// client for `actpass` and `active`, the server for `passive`.
  dtls_parameters dtls;
  /// The MIDs of each BUNDLE group. Some name sections that do not exist.
  std::vector<std::vector<std::string>> bundles;
  std::vector<sdp_section> sections;

  bool operator==(const sdp_offer&) const = default;
};

/// Parses an offer. Candidates are ignored, because the server sends no checks;
/// so are unknown attributes. The refusal names the line, as in
/// "line 12: a=rtpmap: …".
checked<sdp_offer> parse_sdp_offer(std::string_view text);

} // namespace troupe::protocol

template <>
struct std::is_error_code_enum<troupe::protocol::sdp_errc> : std::true_type {};
