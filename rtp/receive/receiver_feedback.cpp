// The producer's feedback to the sender of the media, and its events.

#include "rtp/base/jittered_interval.hpp"
#include "rtp/receive/receiver.hpp"

#include <algorithm>

namespace troupe::rtp {

void receiver::collect(time_point now) {
  if (hold_.enabled())
    hold_.handle_packets(ready_, now);
  collect_reports(now);
  for (auto& s : slots_) {
    if (!s.stream)
      continue;
    collect_nacks(s, now);
    collect_keyframe_requests(s, now);
    collect_events(s);
  }
  flush_rtcp();
}

void receiver::collect_events(slot& x) {
  auto index = index_of(x);
  auto& stream = *x.stream;
  if (auto active = stream.poll_activity()) {
    events_.push(stream_activity_changed{index, *active});
    if (!*active)
      release_idle();
  }
  if (auto score = stream.poll_score())
    events_.push(score_changed{index, stream.ssrc(), x.identity.rid, *score});
  if (stream.poll_keyframe())
    events_.push(keyframe_arrived{index});
  if (stream.poll_deaf_changed()) [[unlikely]]
    note_deaf_changed(x);
}

// Frees idle buffers once no more packets arrive.
void receiver::release_idle() {
  if (std::ranges::any_of(
          slots_, [](auto& x) { return x.stream && x.stream->active(); }))
    return;
  keeper_->release_idle();
  pool_ = net::buffer_pool::make(max_idle_buffers);
}

void receiver::collect_nacks(slot& x, time_point now) {
  auto& stream = *x.stream;
  lost_.clear();
  if (stream.nacks().poll(now, lost_) == 0)
    return;
  stream.count_nacks(lost_.size());
  auto left = std::span<const uint16_t>{lost_};
  while (!left.empty())
    append_rtcp([&] {
      return rtcp_.add_nack(config_.local_ssrc, stream.ssrc(), left);
    });
}

void receiver::collect_keyframe_requests(slot& x, time_point now) {
  auto& stream = *x.stream;
  if (config_.paused || !stream.keyframes().poll(now))
    return;
  if (config_.feedback.pli) {
    append_rtcp(
        [&] { return rtcp_.add_pli(config_.local_ssrc, stream.ssrc()); });
    stream.note_keyframe_request(false, now);
  } else if (config_.feedback.fir) {
    auto item = rtcp::fir_item{stream.ssrc(), x.fir_sequence++};
    append_rtcp([&] { return rtcp_.add_fir(config_.local_ssrc, {&item, 1}); });
    stream.note_keyframe_request(true, now);
  }
}

void receiver::collect_reports(time_point now) {
  if (!report_due_) {
    // Reports begin with the first packet.
    for (auto& s : slots_)
      if (s.stream && !report_due_)
        schedule_report(now);
    return;
  }
  if (now < *report_due_)
    return;
  report_due_.reset();
  auto blocks = std::vector<rtcp::report_block>{};
  auto elsewhere = std::min(max_consumer_loss, consumer_loss_.worst(now));
  for (auto& s : slots_) {
    if (!s.stream || blocks.size() == rtcp_.max_report_blocks)
      continue;
    blocks.push_back(s.stream->make_report_block(now, elsewhere));
  }
  append_rtcp(
      [&] { return rtcp_.add_receiver_report(config_.local_ssrc, blocks); });
  // The answer to it yields the round-trip time, which paces NACKs.
  if (config_.feedback.nack)
    append_rtcp(
        [&] { return rtcp_.add_rrtr(config_.local_ssrc, clock_.at(now)); });
  schedule_report(now);
}

void receiver::schedule_report(time_point now) {
  report_due_ = now + jittered_interval(report_interval, random_state_);
}

template <class Add>
void receiver::append_rtcp(Add add) {
  if (add())
    return;
  flush_rtcp();
  add();
}

void receiver::flush_rtcp() {
  if (rtcp_.empty())
    return;
  rtcp_out_.push({rtcp_.bytes().begin(), rtcp_.bytes().end()});
  rtcp_.clear();
}

} // namespace troupe::rtp
