#include "rtp/receive/layer_monitor.hpp"

namespace troupe::rtp {

void layer_monitor::handle_batch(const std::vector<media_packet>& batch,
                                 time_point now) {
  if (layout_.spatial_layers < 2)
    return;
  for (auto& x : batch) {
    auto which = layout_.spatial_of(x.encoding, x.spatial_id);
    if (x.filler || which >= max_layers)
      continue;
    if (!first_)
      first_ = now;
    if (x.start_of_frame)
      ++frames_;
    layers_[which] = {now, frames_, true};
  }
  if (!first_)
    return;
  uint8_t alive = 0xFF;
  for (size_t i = 0; i < layout_.spatial_layers && i < max_layers; ++i) {
    auto& x = layers_[i];
    auto gone = x.seen
                    ? now - x.last >= patience && frames_ - x.frames >= frames
                    : now - *first_ >= first_patience;
    if (gone)
      alive &= static_cast<uint8_t>(~(1u << i));
  }
  changed_ |= alive != alive_;
  alive_ = alive;
}

} // namespace troupe::rtp
