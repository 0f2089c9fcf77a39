#include "protocol/verbs/rtp_parameters.hpp"

namespace troupe::protocol {

std::string_view to_string(media_kind kind) {
  return kind == media_kind::audio ? "audio" : "video";
}

std::optional<media_kind> parse_media_kind(std::string_view text) {
  if (text == "audio")
    return media_kind::audio;
  if (text == "video")
    return media_kind::video;
  return std::nullopt;
}

std::string_view to_string(extension_direction direction) {
  switch (direction) {
    case extension_direction::sendrecv:
      return "sendrecv";
    case extension_direction::sendonly:
      return "sendonly";
    case extension_direction::recvonly:
      return "recvonly";
    case extension_direction::inactive:
      break;
  }
  return "inactive";
}

} // namespace troupe::protocol
