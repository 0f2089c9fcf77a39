// The RTCP that a sink sends.

#include "bench/load/media/media_sink_consumer.hpp"
#include "rtp/base/clock.hpp"
#include "rtp/base/jittered_interval.hpp"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

namespace troupe::load {

namespace {

constexpr std::string_view cname = "load";

// The mean interval of a stream's receiver reports in libwebrtc; and for how
// long after a packet it goes on to report a stream.
constexpr net::duration audio_report_interval = std::chrono::seconds{5};
constexpr net::duration video_report_interval = std::chrono::seconds{1};
constexpr net::duration report_timeout = std::chrono::seconds{8};

} // namespace

net::duration media_sink::consumer::report_interval() const {
  return config.kind == rtp::media_kind::audio ? audio_report_interval
                                               : video_report_interval;
}

// RFC 3550, section 6.4.1 and appendix A.8.
void media_sink::consumer::measure_jitter(uint32_t timestamp,
                                          net::time_point arrival) {
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(
                arrival.time_since_epoch())
                .count();
  auto ticks =
      config.kind == rtp::media_kind::audio ? us * 6 / 125 : us * 9 / 100;
  auto now = static_cast<int64_t>(static_cast<uint32_t>(ticks) - timestamp);
  auto change = static_cast<int32_t>(static_cast<uint32_t>(now - transit));
  transit = now;
  if (sequence.counts().received > 1)
    jitter += std::abs(int64_t{change}) - ((jitter + 8) >> 4);
}

rtp::rtcp::report_block media_sink::consumer::report(net::time_point now) {
  auto counts = sequence.counts();
  auto lost = counts.lost - std::min(counts.lost, reported_lost);
  auto received = counts.received - reported_received;
  reported_lost = counts.lost;
  reported_received = counts.received;
  rtp::rtcp::report_block x;
  x.ssrc = config.ssrc;
  if (lost > 0)
    x.fraction_lost = static_cast<uint8_t>(
        std::min<uint64_t>(255, lost * 256 / (lost + received)));
  x.cumulative_lost =
      static_cast<int32_t>(std::min<uint64_t>(counts.lost, 0x7FFFFF));
  // Extended numbers begin in the second cycle of 65536.
  x.extended_highest_sequence =
      static_cast<uint32_t>(sequence.extended_highest() - 65536);
  x.jitter = static_cast<uint32_t>(jitter >> 4);
  x.last_sender_report = last_report;
  if (last_report != 0)
    x.delay_since_last_sender_report =
        rtp::to_compact_ntp(now - last_report_at);
  return x;
}

void media_sink::want(net::time_point x) {
  due_ = due_ ? std::min(*due_, x) : x;
}

std::optional<net::time_point> media_sink::poll_timeout() const {
  auto feedback = schedule_.poll_timeout();
  if (due_ && feedback)
    return std::min(*due_, *feedback);
  return due_ ? due_ : feedback;
}

void media_sink::handle_timeout(net::time_point now) {
  if (schedule_.handle_timeout(now))
    write_feedback();
  // Visits the consumers only when one of them wants it: there may be many.
  if (!due_ || now < *due_)
    return;
  due_.reset();
  for (auto& x : consumers_) {
    write_report(*x, now);
    write_requests(*x, now);
  }
}

void media_sink::write_feedback() {
  feedback_.report();
  while (auto x = feedback_.poll_rtcp()) {
    ++counts_.feedbacks_sent;
    outgoing_.push_back(std::move(*x));
  }
}

void media_sink::write_report(consumer& x, net::time_point now) {
  if (!x.report_due)
    return;
  if (now >= *x.report_due) {
    // The next packet makes the stream active again.
    if (now - x.last_packet >= report_timeout)
      return x.report_due.reset();
    auto block = x.report(now);
    rtp::rtcp::compound_builder out;
    out.add_receiver_report(config_.local_ssrc, {&block, 1});
    out.add_sdes(config_.local_ssrc, cname);
    emit(out);
    x.report_due =
        now + rtp::jittered_interval(x.report_interval(), report_random_);
  }
  want(*x.report_due);
}

void media_sink::write_requests(consumer& x, net::time_point now) {
  if (x.nack) {
    lost_.clear();
    counts_.packets_requested += x.nack->poll(now, lost_);
    std::span<const uint16_t> lost{lost_};
    while (!lost.empty()) {
      rtp::rtcp::compound_builder out;
      if (!out.add_nack(config_.local_ssrc, x.config.ssrc, lost))
        break;
      emit(out);
    }
    auto gave_up = x.nack->poll_gave_up();
    if (gave_up && x.config.kind == rtp::media_kind::video)
      write_pli(x);
    if (auto due = x.nack->poll_timeout())
      want(*due);
  }
  if (x.pli_due && now >= *x.pli_due) {
    write_pli(x);
    x.pli_due = now + keyframe_timeout;
  }
  if (x.pli_due)
    want(*x.pli_due);
}

void media_sink::write_pli(consumer& x) {
  rtp::rtcp::compound_builder out;
  if (!out.add_pli(config_.local_ssrc, x.config.ssrc))
    return;
  ++counts_.plis_sent;
  emit(out);
}

void media_sink::emit(const rtp::rtcp::compound_builder& x) {
  outgoing_.emplace_back(x.bytes().begin(), x.bytes().end());
}

std::optional<std::vector<uint8_t>> media_sink::poll_rtcp() {
  if (next_outgoing_ == outgoing_.size()) {
    outgoing_.clear();
    next_outgoing_ = 0;
    return std::nullopt;
  }
  return std::move(outgoing_[next_outgoing_++]);
}

} // namespace troupe::load
