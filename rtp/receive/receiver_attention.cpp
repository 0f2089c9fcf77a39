// The encodings that no consumer attends.

#include "rtp/receive/receiver.hpp"

namespace troupe::rtp {

void receiver::set_attended(size_t encodings, time_point now) {
  auto before = std::exchange(attended_, encodings);
  for (auto& s : slots_) {
    auto index = size_t{index_of(s)};
    auto was_wanted = index < before;
    auto is_wanted = index < attended_;
    if (was_wanted == is_wanted || (config_.attends_deaf && deaf(s)))
      continue;
    unattended_changed_ = true;
    s.keyframe_wanted.reset();
    if (!s.stream)
      continue;
    s.stream->cancel_keyframe_request();
    if (!attended(s))
      s.stream->reset_repairs();
    else if (!config_.paused && index < wanted_)
      s.stream->keyframes().request(now);
  }
  collect(now);
}

// Without consumers a sender is attended only while it is deaf.
void receiver::note_deaf_changed(slot& x) {
  if (!config_.attends_deaf || index_of(x) < attended_)
    return;
  unattended_changed_ = true;
  if (!attended(x))
    x.stream->reset_repairs();
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
