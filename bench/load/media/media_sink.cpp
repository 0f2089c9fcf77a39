#include "bench/load/media/media_sink.hpp"

#include "bench/load/media/media_sink_consumer.hpp"
#include "net/srtp/packet_layout.hpp"
#include "rtp/packet/rtx.hpp"

#include <algorithm>
#include <utility>

namespace troupe::load {

namespace {

constexpr size_t max_ssrcs = 65536;

// Tolerance for reordering before the first NACK; see rtp::nack_generator.
constexpr auto nack_delay = std::chrono::milliseconds{10};

// Frames of so many packets are always measured: nearly all are key frames, and
// these are too rare for the share of packets that is decrypted.
constexpr uint16_t large_frame = 8;

// Whether a video packet ends its frame.
bool has_marker(net::byte_span packet) {
  return (packet[1] & 0x80) != 0;
}

// Extends `sequence` to the number nearest to `highest`.
int64_t extend(int64_t highest, uint16_t sequence) {
  auto behind =
      static_cast<uint16_t>(static_cast<uint16_t>(highest) - sequence);
  return highest - static_cast<int16_t>(behind);
}

// The value of a one-byte element (RFC 8285, section 4.2) of two octets.
std::optional<uint16_t> find_transport_cc(net::byte_span packet, uint8_t id) {
  if ((packet[0] & 0x10) == 0)
    return std::nullopt;
  auto at = size_t{12} + size_t{4} * (packet[0] & 0x0F);
  if (packet.size() < at + 4 || net::load_u16(&packet[at]) != 0xBEDE)
    return std::nullopt;
  auto end = at + 4 + size_t{4} * net::load_u16(&packet[at + 2]);
  if (packet.size() < end)
    return std::nullopt;
  for (at += 4; at + 2 < end;) {
    auto head = packet[at];
    if (head == 0) {
      ++at;
      continue;
    }
    if (head >> 4 == id)
      return net::load_u16(&packet[at + 1]);
    at += size_t{2} + (head & 0x0F);
  }
  return std::nullopt;
}

} // namespace

media_sink::media_sink(const sink_config& cfg)
    : config_(cfg)
    , routes_(max_ssrcs)
    , feedback_({.local_ssrc = cfg.local_ssrc, .on_demand = true})
    , schedule_(cfg.seed)
    , report_random_(static_cast<uint32_t>(cfg.seed))
    , random_(cfg.seed)
    , threshold_(share_threshold(cfg.decrypt_share)) {}

media_sink::~media_sink() = default;

// -- consumers ----------------------------------------------------------------

void media_sink::add_consumer(const consumer_config& cfg) {
  remove_consumer(cfg.ssrc);
  if (cfg.transport_cc_id != 0)
    transport_cc_id_ = cfg.transport_cc_id;
  consumers_.push_back(std::make_unique<consumer>(cfg));
  auto bind = [&](rtp::ssrc ssrc, bool rtx) {
    auto x = routes_.find(value(ssrc));
    if (!x && routes_.full())
      return;
    if (!x)
      x = &routes_.insert(value(ssrc));
    x->owner = consumers_.back().get();
    x->rtx = rtx;
  };
  bind(cfg.ssrc, false);
  if (cfg.rtx_ssrc)
    bind(*cfg.rtx_ssrc, true);
}

void media_sink::remove_consumer(rtp::ssrc ssrc) {
  auto at = std::find_if(consumers_.begin(), consumers_.end(),
                         [&](const auto& x) { return x->config.ssrc == ssrc; });
  if (at == consumers_.end())
    return;
  quality_of(**at).sequence.add((*at)->sequence.counts());
  routes_.find(value(ssrc))->owner = nullptr;
  if (auto rtx = (*at)->config.rtx_ssrc)
    if (auto x = routes_.find(value(*rtx)))
      x->owner = nullptr;
  consumers_.erase(at);
}

stream_quality& media_sink::quality_of(const consumer& x) {
  return x.config.kind == rtp::media_kind::audio ? audio_ : video_;
}

// -- media --------------------------------------------------------------------

void media_sink::handle_rtp(net::mutable_byte_span packet,
                            net::time_point arrival) {
  if (packet.size() < 12)
    return;
  auto ssrc = net::load_u32(&packet[8]);
  auto x = routes_.find(ssrc);
  if (!x) {
    if (routes_.full()) {
      ++counts_.unknown_ssrc;
      return;
    }
    x = &routes_.insert(ssrc);
  }
  auto first = receiver_ && !std::exchange(x->seen, receiver_ != nullptr);
  if (!x->owner) {
    // Reports probes as well: unreported packets count as lost.
    note_transport_cc(transport_cc_id_, rtp::ssrc{ssrc}, packet, arrival);
    ++counts_.unknown_ssrc;
    // SRTP must see an SSRC's first packet, if it gets a consumer later.
    if (first)
      receiver_->unprotect_rtp(packet);
  } else if (x->rtx) {
    handle_rtx(*x->owner, packet, arrival);
  } else {
    handle_media(*x->owner, packet, first, arrival);
  }
}

void media_sink::handle_media(consumer& x, net::mutable_byte_span packet,
                              bool first, net::time_point arrival) {
  auto& quality = quality_of(x);
  quality.received.add(packet.size());
  auto sequence = net::load_u16(&packet[2]);
  auto verdict = x.sequence.handle(sequence);
  if (verdict == sequence_checker::verdict::duplicate
      || verdict == sequence_checker::verdict::stale)
    return;
  if (x.first_packet)
    x.longest_gap = std::max(x.longest_gap, arrival - x.last_packet);
  x.last_packet = arrival;
  if (!x.first_packet) {
    x.first_packet = arrival;
    if (x.config.kind == rtp::media_kind::video)
      want(x.pli_due.emplace(arrival + keyframe_timeout));
  }
  if (!x.report_due)
    want(x.report_due.emplace(arrival + x.report_interval() / 2));
  x.measure_jitter(net::load_u32(&packet[4]), arrival);
  note_transport_cc(x.config.transport_cc_id, x.config.ssrc, packet, arrival);
  if (x.nack) {
    x.nack->handle_packet(extend(x.sequence.extended_highest(), sequence),
                          arrival);
    if (verdict == sequence_checker::verdict::ahead)
      want(arrival + nack_delay);
  }
  auto timestamp = net::load_u32(&packet[4]);
  auto frame =
      x.frames ? &x.frames->handle_packet(timestamp, arrival) : nullptr;
  auto ends_frame = frame && has_marker(packet);
  auto sampled = first || x.pli_due || random_.next() < threshold_;
  if (receiver_ && (sampled || (ends_frame && frame->arrived >= large_frame))) {
    auto stamp = read_media(x, packet, arrival);
    if (stamp && sampled)
      quality.latency.add(arrival - stamp->sent);
    if (stamp && ends_frame)
      frame->measure(stamp->frame_packets, stamp->keyframe, stamp->planned());
  }
  if (frame)
    note_frame(*frame);
}

std::optional<stamp> media_sink::read_media(consumer& x,
                                            net::mutable_byte_span packet,
                                            net::time_point arrival) {
  auto& quality = quality_of(x);
  auto payload = decrypt(quality, packet);
  if (!payload)
    return std::nullopt;
  auto stamp = read_payload(x, *payload, arrival);
  if (!stamp)
    ++quality.unstamped;
  return stamp;
}

void media_sink::note_frame(frame_arrival& x) {
  auto& latency = x.keyframe ? video_.keyframe_latency : video_.frame_latency;
  if (auto took = x.poll_latency())
    latency.add(*took);
}

void media_sink::handle_rtx(consumer& x, net::mutable_byte_span packet,
                            net::time_point arrival) {
  auto& quality = quality_of(x);
  quality.received.add(packet.size());
  note_transport_cc(x.config.transport_cc_id, x.config.ssrc, packet, arrival);
  auto payload = receiver_ ? decrypt(quality, packet) : std::nullopt;
  if (!payload)
    return;
  if (payload->size() <= rtp::rtx_overhead) {
    ++quality.unstamped;
    return;
  }
  auto sequence = net::load_u16(payload->data());
  auto filled = x.sequence.recover(sequence);
  if (x.nack)
    x.nack->handle_packet(extend(x.sequence.extended_highest(), sequence),
                          arrival);
  auto stamp = read_payload(x, payload->subspan(rtp::rtx_overhead), arrival);
  if (!filled || !x.frames)
    return;
  auto timestamp = net::load_u32(&packet[4]);
  auto& frame = x.frames->handle_packet(timestamp, arrival);
  // As many of these as of the packets that are not retransmitted, so that the
  // share of frames with losses is right.
  if (stamp && has_marker(packet)
      && (frame.arrived >= large_frame || random_.next() < threshold_))
    frame.measure(stamp->frame_packets, stamp->keyframe, stamp->planned());
  note_frame(frame);
}

std::optional<net::byte_span>
media_sink::decrypt(stream_quality& quality, net::mutable_byte_span packet) {
  auto size = receiver_->unprotect_rtp(packet);
  auto header = net::rtp_header_length(packet);
  if (!size || !header || *size < *header) {
    ++quality.decrypt_failures;
    return std::nullopt;
  }
  ++quality.decrypted;
  auto payload = net::byte_span{packet}.subspan(*header, *size - *header);
  if ((packet[0] & 0x20) == 0 || payload.empty())
    return payload;
  auto padding = std::min<size_t>(payload.back(), payload.size());
  return payload.first(payload.size() - padding);
}

std::optional<stamp> media_sink::read_payload(consumer& x,
                                              net::byte_span payload,
                                              net::time_point arrival) {
  if (x.config.kind == rtp::media_kind::audio)
    return read_opus(payload).stamp;
  auto facts = read_vp8(payload);
  if (facts.keyframe) {
    ++video_.keyframes;
    x.pli_due.reset();
    if (!x.first_keyframe)
      x.first_keyframe = arrival;
    if (!first_keyframe_)
      first_keyframe_ = arrival;
  }
  return facts.stamp;
}

void media_sink::note_transport_cc(uint8_t id, rtp::ssrc of,
                                   net::byte_span packet,
                                   net::time_point arrival) {
  auto number = id != 0 ? find_transport_cc(packet, id) : std::nullopt;
  if (!number)
    return;
  feedback_.handle_packet(*number, of, arrival);
  schedule_.handle_packet(packet.size(), arrival);
}

void media_sink::handle_sender_report(const rtp::rtcp::sender_info& x,
                                      net::time_point arrival) {
  auto to = routes_.find(value(x.ssrc));
  if (!to || !to->owner)
    return;
  to->owner->last_report = x.ntp.middle();
  to->owner->last_report_at = arrival;
}

// -- figures ------------------------------------------------------------------

std::optional<consumer_report> media_sink::report(rtp::ssrc ssrc) const {
  for (const auto& x : consumers_) {
    if (x->config.ssrc != ssrc)
      continue;
    consumer_report out;
    out.sequence = x->sequence.counts();
    out.first_packet = x->first_packet;
    if (x->first_packet)
      out.last_packet = x->last_packet;
    out.first_keyframe = x->first_keyframe;
    out.longest_gap = x->longest_gap;
    return out;
  }
  return std::nullopt;
}

void media_sink::add_to(media_stats& x) const {
  x.add(counts_);
  x.audio.add(audio_);
  x.video.add(video_);
  for (const auto& c : consumers_)
    (c->config.kind == rtp::media_kind::audio ? x.audio : x.video)
        .sequence.add(c->sequence.counts());
}

void media_sink::reset_counts() {
  counts_ = {};
  audio_ = {};
  video_ = {};
  for (auto& x : consumers_) {
    x->sequence.reset_counts();
    x->reported_lost = x->reported_received = 0;
    x->longest_gap = {};
  }
}

} // namespace troupe::load
