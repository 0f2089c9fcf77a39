// The sending half of media_transport, and its figures.

#include "bench/load/media/loop_services.hpp"
#include "bench/load/media/media_transport.hpp"

#include <algorithm>

namespace troupe::load {

// -- sending ------------------------------------------------------------------

void media_transport::send_packets(stream_encoder& x) {
  if (!sender_)
    return;
  for (;;) {
    auto now = loop_services::now();
    auto packet = x.poll_packet(now);
    if (!packet)
      return;
    if (auto at = packet->transport_cc_offset)
      net::store_u16(&packet->header[at], transport_sequence_++);
    if (auto at = packet->abs_send_time_offset)
      net::store_u24(&packet->header[at], rtp::to_abs_send_time(now));
    if (services_.batch.full())
      flush();
    auto size = sender_->protect_rtp(packet->header, packet->payload,
                                     services_.batch.next_buffer());
    if (!size) {
      ++counts_.send_failures;
      continue;
    }
    counts_.rtp_out.add(*size);
    pushed(*size);
  }
}

void media_transport::send_reports(net::time_point now) {
  if (sources_.empty() || now < next_report_)
    return;
  next_report_ = std::max(next_report_ + report_interval, now);
  for (auto& x : sources_) {
    rtp::rtcp::compound_builder out;
    x->add_reports(out, now);
    if (!out.empty())
      send_rtcp(out.bytes());
  }
}

void media_transport::send_sink_rtcp() {
  while (auto x = sink_.poll_rtcp())
    send_rtcp(*x);
}

void media_transport::send_rtcp(net::byte_span plain) {
  if (services_.batch.full())
    flush();
  auto size = sender_->protect_rtcp(plain, services_.batch.next_buffer());
  if (!size)
    return;
  counts_.rtcp_out.add(*size);
  pushed(*size);
}

void media_transport::send_dtls() {
  while (auto x = dtls_.poll_datagram()) {
    if (services_.batch.full())
      flush();
    auto buffer = services_.batch.next_buffer();
    if (x->size() > buffer.size())
      continue;
    std::ranges::copy(*x, buffer.begin());
    pushed(x->size());
  }
}

void media_transport::pushed(size_t size) {
  counts_.out.add(size);
  if (out_ && out_->lose()) {
    ++counts_.impaired_out;
  } else if (out_ && out_->delays()) {
    out_->queue(services_.batch.next_buffer().first(size),
                loop_services::now());
    rearm_delay_timer();
  } else {
    services_.batch.push(size);
  }
}

void media_transport::flush() {
  if (!services_.batch.empty())
    counts_.send_failures += socket_.send(services_.batch);
}

// -- figures ------------------------------------------------------------------

transport_times media_transport::times() const {
  auto x = times_;
  x.first_keyframe = sink_.first_keyframe();
  return x;
}

media_stats media_transport::stats() const {
  auto x = counts_;
  sink_.add_to(x);
  for (const auto& source : sources_)
    source->add_to(x);
  x.kernel_drops = socket_.drops() - drops_before_;
  return x;
}

void media_transport::reset_stats() {
  counts_ = {};
  sink_.reset_counts();
  for (auto& x : sources_)
    x->reset_counts();
  drops_before_ = socket_.drops();
}

} // namespace troupe::load
