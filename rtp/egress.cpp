#include "rtp/egress.hpp"

#include "rtp/rtx.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

uint32_t to_microseconds(time_point x) {
  using std::chrono::microseconds;
  return static_cast<uint32_t>(
      std::chrono::duration_cast<microseconds>(x.time_since_epoch()).count());
}

} // namespace

void egress::handle_batch(outgoing_batch batch, time_point now) {
  now_ = now;
  if (!batch.packets.empty())
    queue_.push(std::move(batch));
}

void egress::handle_timeout(time_point now) {
  now_ = now;
}

std::optional<egress::wire_packet> egress::poll_packet() {
  for (;;) {
    if (position_ == current_.packets.size()) {
      position_ = 0;
      current_ = {};
      auto next = queue_.pop();
      if (!next)
        return std::nullopt;
      current_ = std::move(*next);
    }
    if (auto x = write(current_.packets[position_++], *current_.headers))
      return x;
    stats_.drops.add(drop_reason::header_too_large);
  }
}

std::optional<egress::wire_packet> egress::write(const outgoing_packet& x,
                                                 const header_writer& headers) {
  auto layout = headers.write(x.packet, x.fields, header_);
  if (!layout)
    return std::nullopt;
  auto payload = x.packet.payload();
  if (!x.patch.none()) [[unlikely]]
    payload = patched(x.patch, payload);
  if (x.original_sequence_number) {
    auto size =
        write_rtx_payload(*x.original_sequence_number, payload, payload_);
    if (!size)
      return std::nullopt;
    payload = {payload_.data(), *size};
    ++stats_.rtx_packets;
  }
  auto octets = layout->size + payload.size();
  patch_abs_send_time(header_, *layout, now_);
  if (layout->transport_cc_offset != 0) {
    patch_transport_cc(header_, *layout, static_cast<uint16_t>(next_sequence_));
    remember(octets);
  }
  ++stats_.packets;
  stats_.octets += octets;
  rate_.add(octets, now_);
  return wire_packet{{header_.data(), layout->size}, payload};
}

net::byte_span egress::patched(const payload_patch& x, net::byte_span payload) {
  // Behind the room for what RTX puts in front.
  auto out = net::mutable_byte_span{payload_}.subspan(rtx_overhead);
  auto size = x.empty ? size_t{0} : std::min(payload.size(), out.size());
  std::copy_n(payload.begin(), size, out.begin());
  out = out.first(size);
  x.apply(out);
  return out;
}

void egress::remember(size_t octets) {
  if (history_.empty())
    history_.resize(history_size);
  auto sequence = next_sequence_++;
  history_[static_cast<size_t>(sequence) % history_size] = {
      to_microseconds(now_), static_cast<uint16_t>(sequence),
      static_cast<uint16_t>(octets)};
}

std::span<const packet_report>
egress::handle_transport_feedback(const rtcp::transport_cc& x, time_point now) {
  now_ = now;
  reports_.clear();
  if (history_.empty())
    return reports_;
  auto cursor = x.statuses();
  while (auto status = cursor.next()) {
    // What we have not sent, or have forgotten, cannot be told of.
    auto age = static_cast<uint16_t>(static_cast<uint16_t>(next_sequence_ - 1)
                                     - status->sequence_number);
    auto sequence = next_sequence_ - 1 - age;
    if (age >= history_size)
      continue;
    auto& sent = history_[static_cast<size_t>(sequence) % history_size];
    if (sent.octets == 0 || sent.sequence != status->sequence_number)
      continue;
    auto ago =
        std::chrono::microseconds{to_microseconds(now) - sent.microseconds};
    packet_report report{now - ago, std::nullopt, sent.octets, std::nullopt};
    if (status->received) {
      report.received = status->arrival;
      sent.octets = 0; // told once
      ++stats_.feedback_packets;
    } else {
      ++stats_.feedback_lost;
    }
    reports_.push_back(report);
  }
  estimate(now);
  return reports_;
}

void egress::estimate(time_point now) {
  if (reports_.empty())
    return;
  if (!estimator_) {
    estimator_ =
        std::make_unique<bandwidth_estimator>(bandwidth_estimator::config{});
    if (stats_.remb_bps)
      estimator_->handle_remb(*stats_.remb_bps);
  }
  estimator_->handle_feedback(reports_,
                              static_cast<double>(rate_.bitrate_bps(now)), now);
}

void egress::handle_remb(uint64_t bitrate_bps) {
  stats_.remb_bps = bitrate_bps;
  if (estimator_)
    estimator_->handle_remb(bitrate_bps);
}

egress_stats egress::stats(time_point now) const {
  auto result = stats_;
  result.bitrate_bps = rate_.bitrate_bps(now);
  result.available_bps =
      estimator_ ? std::optional{estimator_->target_bps()} : stats_.remb_bps;
  return result;
}

} // namespace troupe::rtp
