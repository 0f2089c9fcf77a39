#include "rtp/recording/frame_drop.hpp"

namespace troupe::rtp {

std::string_view to_string(frame_drop reason) {
  switch (reason) {
    case frame_drop::incomplete:
      return "incomplete";
    case frame_drop::awaiting_keyframe:
      return "awaiting-keyframe";
    case frame_drop::malformed:
      return "malformed";
    case frame_drop::no_parameters:
      return "no-parameters";
    case frame_drop::overlap:
      return "overlap";
  }
  return "unknown";
}

} // namespace troupe::rtp
