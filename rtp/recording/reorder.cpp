#include "rtp/recording/reorder.hpp"

#include <algorithm>
#include <bit>

namespace troupe::rtp {

std::optional<drop_reason> reorder::handle_packet(const media_packet& x,
                                                  time_point now) {
  if (x.sequence < next_.value_or(floor_))
    return drop_reason::too_old;
  if (!next_)
    next_ = x.sequence;
  auto ahead = static_cast<uint64_t>(x.sequence - *next_);
  if (ahead >= config_.max_packets) {
    while (waiting_ > 0)
      give_up_hole();
    lost_ += static_cast<uint64_t>(x.sequence - *next_);
    after_hole_ = true;
    next_ = x.sequence;
    ahead = 0;
  }
  if (ahead == 0) {
    release(x);
    advance();
    return std::nullopt;
  }
  grow(ahead + 1);
  auto& to = at(x.sequence);
  if (to.packet)
    return drop_reason::duplicate;
  to.packet = x;
  to.since = now;
  newest_ = waiting_ == 0 ? x.sequence : std::max(newest_, x.sequence);
  deadline_ = waiting_ == 0 ? now + config_.patience
                            : std::min(deadline_, now + config_.patience);
  ++waiting_;
  return std::nullopt;
}

void reorder::handle_timeout(time_point now) {
  while (waiting_ > 0 && now >= deadline_)
    give_up_hole();
}

void reorder::skip_gap() {
  while (waiting_ > 0)
    give_up_hole();
  floor_ = next_.value_or(floor_);
  next_.reset();
  after_hole_ = true;
}

void reorder::restart() {
  skip_gap();
  floor_ = INT64_MIN;
}

void reorder::flush() {
  while (waiting_ > 0)
    give_up_hole();
  ended_ = true;
}

// The slots of the present packets move, so they are kept in order meanwhile.
void reorder::grow(size_t span) {
  if (span <= ring_.size())
    return;
  auto old = std::move(ring_);
  ring_ = std::vector<slot>(std::max<size_t>(64, std::bit_ceil(span)));
  for (auto& x : old)
    if (x.packet) {
      auto sequence = x.packet->sequence;
      at(sequence) = std::move(x);
    }
}

void reorder::release(const media_packet& x) {
  ready_.push(entry{x, std::exchange(after_hole_, false)});
  next_ = x.sequence + 1;
}

void reorder::advance() {
  if (waiting_ == 0)
    return;
  while (waiting_ > 0) {
    auto& x = at(*next_);
    if (!x.packet)
      break;
    --waiting_;
    release(*std::exchange(x.packet, std::nullopt));
  }
  update_deadline();
}

void reorder::give_up_hole() {
  while (!at(*next_).packet) {
    ++*next_;
    ++lost_;
  }
  after_hole_ = true;
  advance();
}

// Each packet that waits has noticed the first hole.
void reorder::update_deadline() {
  if (waiting_ == 0)
    return;
  auto first = time_point::max();
  for (auto i = *next_; i <= newest_; ++i)
    if (const auto& x = at(i); x.packet)
      first = std::min(first, x.since);
  deadline_ = first + config_.patience;
}

void reorder::lose_sync() {
  synced_ = config_.kind == media_kind::audio;
}

void reorder::drop(int64_t timestamp, frame_drop reason) {
  if (dropped_ != timestamp)
    drops_.add(reason);
  if (skipped_ == timestamp)
    skipped_.reset();
  dropped_ = timestamp;
  frame_.clear();
  lose_sync();
}

void reorder::drop_unfinished(frame_drop reason) {
  if (!frame_.empty())
    drop(frame_.front().timestamp, reason);
}

std::optional<reorder::frame> reorder::poll_frame() {
  if (std::exchange(complete_, false))
    frame_.clear();
  while (!ready_.empty())
    if (take())
      return frame{frame_, std::exchange(restart_, false)};
  if (ended_) {
    drop_unfinished(frame_drop::incomplete);
    count_skipped();
  }
  return std::nullopt;
}

bool reorder::take() {
  auto& next = ready_.front();
  auto& x = next.packet;
  if (std::exchange(next.after_hole, false)) {
    drop_unfinished(frame_drop::incomplete);
    lose_sync();
  }
  // A frame whose sender sets no marker.
  if (!frame_.empty() && frame_.front().timestamp != x.timestamp && !x.filler)
    return finish();
  auto packet = std::move(x);
  ready_.pop();
  if (packet.filler) {
    // Padding is between frames; other fillers are payloads that were refused.
    if (!packet.packet.payload().empty())
      drop(packet.timestamp, frame_drop::malformed);
    return false;
  }
  if (frame_.empty() && skips(packet))
    return false;
  auto last = packet.packet.marker() || config_.kind == media_kind::audio;
  frame_.push_back(std::move(packet));
  if (last)
    return finish();
  if (frame_.size() >= config_.max_frame_packets)
    drop_unfinished(frame_drop::malformed);
  return false;
}

// H264 key frames may begin with packets that do not show it: those are skipped
// without counting, as the frame is recorded all the same.
bool reorder::skips(const media_packet& x) {
  if (config_.kind == media_kind::audio || synced_)
    return false;
  if (skipped_ != x.timestamp)
    count_skipped();
  if (x.keyframe && x.start_of_frame) {
    skipped_.reset();
    synced_ = restart_ = true;
    return false;
  }
  if (dropped_ != x.timestamp)
    skipped_ = x.timestamp;
  return true;
}

void reorder::count_skipped() {
  if (skipped_)
    drops_.add(frame_drop::awaiting_keyframe);
  skipped_.reset();
}

bool reorder::finish() {
  complete_ = true;
  return true;
}

} // namespace troupe::rtp
