#include "rtp/layer_selector.hpp"

namespace troupe::rtp {

layer_selector::decision layer_selector::decide(const media_packet& x) {
  if (current_ == x.encoding && x.encoding == target_) [[likely]]
    return decision::forward;
  if (x.encoding == target_
      && (immediate_ || (x.keyframe && x.start_of_frame))) {
    current_ = target_;
    return decision::begin;
  }
  if (current_ == x.encoding)
    return decision::forward;
  return x.encoding == target_ ? decision::awaiting_keyframe
                               : decision::other_layer;
}

void layer_selector::set_target(uint8_t encoding) {
  target_ = encoding;
}

std::optional<uint8_t> layer_selector::keyframe_needed() const {
  if (immediate_ || current_ == target_)
    return std::nullopt;
  return target_;
}

} // namespace troupe::rtp
