#include "rtp/base/drop_reason.hpp"

namespace troupe::rtp {

std::string_view to_string(drop_reason reason) {
  switch (reason) {
    case drop_reason::unknown_source:
      return "unknown-source";
    case drop_reason::unknown_encoding:
      return "unknown-encoding";
    case drop_reason::unknown_payload_type:
      return "unknown-payload-type";
    case drop_reason::duplicate:
      return "duplicate";
    case drop_reason::too_old:
      return "too-old";
    case drop_reason::out_of_range:
      return "out-of-range";
    case drop_reason::padding_only:
      return "padding-only";
    case drop_reason::malformed_payload:
      return "malformed-payload";
    case drop_reason::producer_paused:
      return "producer-paused";
    case drop_reason::consumer_paused:
      return "consumer-paused";
    case drop_reason::other_layer:
      return "other-layer";
    case drop_reason::awaiting_keyframe:
      return "awaiting-keyframe";
    case drop_reason::overload:
      return "overload";
    case drop_reason::unmappable:
      return "unmappable";
    case drop_reason::header_too_large:
      return "header-too-large";
    case drop_reason::srtp_exhausted:
      return "srtp-exhausted";
  }
  return "unknown";
}

} // namespace troupe::rtp
