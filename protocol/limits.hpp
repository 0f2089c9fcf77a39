#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// How much a client may say of each thing, beyond what its message may hold
/// altogether (json_limits.hpp). Who says more is refused, and nothing changes:
/// most of it others are told, so that little that one says is much to be sent,
/// and the server keeps it for as long as the client stays.
///
/// Sizes are in octets of UTF-8.
namespace troupe::protocol::limits {

/// Of a room, a user, a transport, …: what something is called by.
inline constexpr size_t id = 256;

/// What a person is called.
inline constexpr size_t display_name = 256;

/// `appData` as compact JSON: the application's own, of which all are told.
inline constexpr size_t app_data = 16 * 1024;

/// What a client says of its device, as compact JSON: its name and version.
inline constexpr size_t device = 1024;

/// A text that has no limit of its own, such as a data channel's label.
inline constexpr size_t text = 1024;

/// A type and a subtype of common lengths; RFC 6838, section 4.2, advises to
/// keep each within 64.
inline constexpr size_t mime_type = 64;

/// They are sent in header extensions, which take room from the media: an
/// element of either has at most 255 octets (RFC 8285, section 4.3).
inline constexpr size_t mid = 64;
inline constexpr size_t rid = 64;

/// Its length is one octet on the wire (RFC 3550, section 6.5).
inline constexpr size_t cname = 255;

/// Of a stream; no layer selection looks further.
inline constexpr size_t encodings = 8;

/// There are no more payload types (RFC 3550, section 5.1).
inline constexpr size_t codecs = 128;

/// Browsers know two dozen, and list each for audio and for video.
inline constexpr size_t header_extensions = 128;

/// Kinds of feedback of one codec.
inline constexpr size_t feedback = 32;

/// Of one codec or header extension; names and values are a `text` each.
inline constexpr size_t parameters = 64;

/// Those of all codecs of a stream, names and values: whoever consumes it is
/// told them.
inline constexpr size_t all_parameters = 16 * 1024;

/// Certificates of which a DTLS client shows one.
inline constexpr size_t fingerprints = 16;

/// Of one data consumer.
inline constexpr size_t subchannels = 1024;

/// What is wrong with more than that: "must have at most 64 octets".
std::string at_most(size_t limit, std::string_view unit = "octets");

} // namespace troupe::protocol::limits
