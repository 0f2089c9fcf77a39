#pragma once

#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/rtp_parameters.hpp"
#include "protocol/verbs/transport_parameters.hpp"

#include <rapidjson/document.h>

#include <system_error>

/// Converts between JSON and the dictionaries of rtp_parameters.hpp and
/// transport_parameters.hpp.
///
/// Decoding accepts what mediasoup's validators accept, and fills in the same
/// defaults: optional members of a falsy value count as absent, unknown members
/// are ignored. Beyond mediasoup, numbers must be whole and within what the
/// wire can carry (payload types up to 127, extension ids from 1 to 255), and
/// nothing may be longer than limits.hpp allows.
/// The refusal names the member, as in "rtpParameters.codecs[1].mimeType: …".
namespace troupe::protocol {

/// Why a value could not be decoded.
enum class decode_errc {
  /// A required member is absent.
  missing = 1,
  /// A member has the wrong type.
  wrong_type,
  /// The type is right, the value is not.
  bad_value,
};

/// The category of decode_errc, named "decode".
const std::error_category& decode_category();

/// Makes decode_errc a std::error_code.
std::error_code make_error_code(decode_errc value);

checked<rtp_capabilities> decode_rtp_capabilities(const rapidjson::Value& in);

/// Decodes a codec of a router's configuration.
checked<rtp_codec_capability>
decode_rtp_codec_capability(const rapidjson::Value& in);

checked<rtp_parameters> decode_rtp_parameters(const rapidjson::Value& in);

checked<rtp_mapping> decode_rtp_mapping(const rapidjson::Value& in);

checked<media_kind> decode_media_kind(const rapidjson::Value& in);

checked<ice_parameters> decode_ice_parameters(const rapidjson::Value& in);

/// Reads `address`, or `ip` if that is missing.
checked<ice_candidate> decode_ice_candidate(const rapidjson::Value& in);

/// Requires at least one fingerprint of a known algorithm and omits those of
/// unknown ones (RFC 8122, section 5). The default role is `auto`.
checked<dtls_parameters> decode_dtls_parameters(const rapidjson::Value& in);

checked<sctp_parameters> decode_sctp_parameters(const rapidjson::Value& in);

checked<sctp_capabilities> decode_sctp_capabilities(const rapidjson::Value& in);

checked<num_sctp_streams> decode_num_sctp_streams(const rapidjson::Value& in);

/// Refuses both limits together, and `ordered` together with a limit. A limit
/// without `ordered` means unordered; a limit of 0 counts as absent, as in
/// mediasoup.
checked<sctp_stream_parameters>
decode_sctp_stream_parameters(const rapidjson::Value& in);

/// The allocator of a document's values.
using json_allocator = rapidjson::Document::AllocatorType;

/// Each overload replaces `out` with the JSON of `in`. Strings are copied.
void encode(const rtp_capabilities& in, rapidjson::Value& out,
            json_allocator& allocator);
void encode(const rtp_parameters& in, rapidjson::Value& out,
            json_allocator& allocator);
void encode(const rtp_mapping& in, rapidjson::Value& out,
            json_allocator& allocator);
void encode(const ice_parameters& in, rapidjson::Value& out,
            json_allocator& allocator);
/// Writes the address as both `ip` and `address`.
void encode(const ice_candidate& in, rapidjson::Value& out,
            json_allocator& allocator);
/// Without the credentials if there are none.
void encode(const ice_server& in, rapidjson::Value& out,
            json_allocator& allocator);
void encode(const dtls_parameters& in, rapidjson::Value& out,
            json_allocator& allocator);
/// Writes the keys of both generations of clients.
void encode(const sctp_parameters& in, rapidjson::Value& out,
            json_allocator& allocator);
void encode(const sctp_capabilities& in, rapidjson::Value& out,
            json_allocator& allocator);
void encode(const num_sctp_streams& in, rapidjson::Value& out,
            json_allocator& allocator);
void encode(const sctp_stream_parameters& in, rapidjson::Value& out,
            json_allocator& allocator);

} // namespace troupe::protocol

template <>
struct std::is_error_code_enum<troupe::protocol::decode_errc> : std::true_type {
};
