// The encodings that no consumer attends.

#include "rtp/receive/receiver.hpp"

namespace troupe::rtp {

void receiver::set_attended(size_t encodings, time_point now) {
  auto before = std::exchange(attended_, encodings);
  for (auto& s : slots_) {
    auto index = size_t{index_of(s)};
    if ((index < before) == attended(s))
      continue;
    unattended_changed_ = true;
    s.keyframe_wanted.reset();
    if (!s.stream)
      continue;
    s.stream->keyframes().handle_keyframe(); // ends pending requests
    if (!attended(s))
      s.stream->reset_repairs();
    else if (!config_.paused && index < wanted_)
      s.stream->keyframes().request(now);
  }
  collect(now);
}

std::optional<std::vector<ssrc>> receiver::poll_unattended() {
  if (!std::exchange(unattended_changed_, false))
    return std::nullopt;
  return unattended();
}

std::vector<ssrc> receiver::unattended() const {
  auto out = std::vector<ssrc>{};
  for (auto& s : slots_) {
    if (attended(s))
      continue;
    for (auto& source : {s.identity.ssrc, s.identity.rtx_ssrc})
      if (source)
        out.push_back(*source);
  }
  return out;
}

} // namespace troupe::rtp
