#pragma once

#include "protocol/verbs/rtp_parameters.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// `text` with the letters A to Z in lower case.
std::string to_lower(std::string_view text);

/// The kind in the first half of a MIME type such as "video/VP8"; nothing if
/// that is neither audio nor video, or the second half is empty.
std::optional<media_kind> kind_of_mime_type(std::string_view mime_type);

/// Whether two MIME types are equal, ignoring case.
bool is_same_mime_type(std::string_view a, std::string_view b);

/// Whether this names a retransmission codec (RFC 4588), such as "video/rtx".
bool is_rtx(std::string_view mime_type);

} // namespace troupe::protocol
