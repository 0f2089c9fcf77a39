#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Limits on each value that a client sends, in addition to those on its
/// message (json_limits.hpp). A request with a larger value is refused and
/// changes nothing. Most values are sent on to the whole room, and the server
/// stores them for as long as the client stays.
///
/// Sizes are in octets of UTF-8.
namespace troupe::protocol::limits {

/// Id of a room, a user, a transport, and so on.
inline constexpr size_t id = 256;

/// Display name of a user.
inline constexpr size_t display_name = 256;

/// `appData` as compact JSON: the application's own data, sent to all members.
inline constexpr size_t app_data = 16 * 1024;

/// The client's `device` as compact JSON: its name and version.
inline constexpr size_t device = 1024;

/// A text without a limit of its own, such as a data channel's label.
inline constexpr size_t text = 1024;

/// A type and a subtype of common lengths; RFC 6838, section 4.2, recommends to
/// keep each within 64.
inline constexpr size_t mime_type = 64;

/// Sent in header extensions, which reduce the space for media: an element of
/// either kind has at most 255 octets (RFC 8285, section 4.3).
inline constexpr size_t mid = 64;
inline constexpr size_t rid = 64;

/// Its length is one octet on the wire (RFC 3550, section 6.5).
inline constexpr size_t cname = 255;

/// Encodings of a stream; layer selection supports no more.
inline constexpr size_t encodings = 8;

/// The number of payload types (RFC 3550, section 5.1).
inline constexpr size_t codecs = 128;

/// Browsers support two dozen, and list each for audio and for video.
inline constexpr size_t header_extensions = 128;

/// Types of feedback of one codec.
inline constexpr size_t feedback = 32;

/// Of one codec or header extension; each name and each value is a `text`.
inline constexpr size_t parameters = 64;

/// The names and values of the parameters of all codecs of a stream, which are
/// sent to each of its consumers.
inline constexpr size_t all_parameters = 16 * 1024;

/// Certificates; a DTLS client presents one of them.
inline constexpr size_t fingerprints = 16;

/// Subchannels of one data consumer.
inline constexpr size_t subchannels = 1024;

/// The error text for exceeding a limit: "must have at most 64 octets".
std::string at_most(size_t limit, std::string_view unit = "octets");

} // namespace troupe::protocol::limits
