#pragma once

#include "net/base/rng.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/support/media_packets.hpp"

#include <deque>
#include <map>

namespace troupe::test {

/// The SSRCs of the streams, which the sender and receiver models share.
struct stream_numbers {
  uint32_t audio;
  uint32_t video;
  uint32_t rtx;
};

inline constexpr stream_numbers uplink{100, 200, 201};
inline constexpr stream_numbers downlink{1100, 1200, 1201};
inline constexpr uint8_t audio_type = 111;
inline constexpr uint8_t video_type = 96;
inline constexpr uint8_t rtx_type = 97;
inline constexpr size_t frame_packets = 5;
inline constexpr size_t keyframe_packets = 20;

/// A browser that sends Opus (50 packets a second) and VP8 (30 frames a
/// second), answers NACKs by RTX and PLIs by key frames, and sends reports.
class media_sender {
public:
  explicit media_sender(net::time_point start)
      : start_(start)
      , next_audio_(start)
      , next_frame_(start)
      , next_report_(start + 500ms) {}

  void handle_rtcp(net::byte_span compound) {
    auto reader = rtp::rtcp::compound_reader{compound};
    while (auto x = reader.next()) {
      if (auto* nack = std::get_if<rtp::rtcp::nack>(&*x)) {
        if (rtp::value(nack->media) == uplink.video)
          nack->for_each([this](uint16_t lost) { retransmit(lost); });
      } else if (std::holds_alternative<rtp::rtcp::pli>(*x)) {
        keyframe_wanted_ = true;
        ++plis_;
      } else if (auto* cc = std::get_if<rtp::rtcp::transport_cc>(&*x)) {
        auto cursor = cc->statuses();
        while (auto status = cursor.next())
          packets_reported_ += status->received ? 1 : 0;
      }
    }
  }

  void handle_timeout(net::time_point now) {
    for (; next_audio_ <= now; next_audio_ += 20ms)
      send_audio();
    for (; next_frame_ <= now; next_frame_ += 33ms)
      send_frame(next_frame_);
    for (; next_report_ <= now; next_report_ += 1s)
      send_reports(next_report_);
  }

  std::optional<octet_vector> poll_datagram() {
    if (out_.empty())
      return std::nullopt;
    auto x = std::move(out_.front());
    out_.pop_front();
    return x;
  }

  uint32_t frames() const {
    return frame_;
  }

  int plis() const {
    return plis_;
  }

  uint64_t packets_reported() const {
    return packets_reported_;
  }

  uint64_t media_packets() const {
    return transport_sequence_;
  }

private:
  void push(packet_spec x) {
    auto n = transport_sequence_++;
    x.extensions.push_back(
        {5, {static_cast<uint8_t>(n >> 8), static_cast<uint8_t>(n)}});
    out_.push_back(serialize(x));
  }

  void send_audio() {
    auto x = packet_spec{};
    x.ssrc = uplink.audio;
    x.payload_type = audio_type;
    x.sequence = static_cast<uint16_t>(65500 + audio_);
    x.timestamp = static_cast<uint32_t>(0xFFFFF000 + audio_ * 960);
    x.payload.assign(80, 0x78);
    net::store_u32(&x.payload[4], audio_++);
    x.extensions.push_back({1, {'a'}});
    push(std::move(x));
  }

  void send_frame(net::time_point now) {
    auto key = std::exchange(keyframe_wanted_, false);
    auto count = key ? keyframe_packets : frame_packets;
    auto timestamp = static_cast<uint32_t>(0xFFFF0000u + 2970 * frame_);
    for (auto i = size_t{0}; i < count; ++i) {
      auto x = packet_spec{};
      x.ssrc = uplink.video;
      x.payload_type = video_type;
      x.sequence = video_sequence_++;
      x.timestamp = timestamp;
      x.marker = i + 1 == count;
      x.payload = i > 0 ? vp8_rest : key ? vp8_key : vp8_delta;
      x.payload.resize(1000);
      net::store_u32(&x.payload[20], frame_);
      x.payload[24] = static_cast<uint8_t>(i);
      x.payload[25] = static_cast<uint8_t>(count);
      x.payload[26] = key;
      x.extensions.push_back({1, {'v'}});
      history_[x.sequence] = x;
      if (history_order_.push_back(x.sequence), history_order_.size() > 2000) {
        history_.erase(history_order_.front());
        history_order_.pop_front();
      }
      push(std::move(x));
    }
    ++frame_;
    last_timestamp_ = timestamp;
    last_frame_at_ = now;
  }

  void retransmit(uint16_t sequence) {
    auto i = history_.find(sequence);
    if (i == history_.end())
      return;
    auto x = i->second;
    x.ssrc = uplink.rtx;
    x.payload_type = rtx_type;
    x.payload.insert(x.payload.begin(), {static_cast<uint8_t>(sequence >> 8),
                                         static_cast<uint8_t>(sequence)});
    x.sequence = rtx_sequence_++;
    push(std::move(x));
  }

  void send_reports(net::time_point now) {
    auto info = rtp::rtcp::sender_info{};
    info.ssrc = rtp::ssrc{uplink.video};
    auto since = std::chrono::duration<double>(now - start_).count();
    info.ntp.value = static_cast<uint64_t>((5000 + since) * 4294967296.0);
    auto late = std::chrono::duration_cast<std::chrono::microseconds>(
        now - last_frame_at_);
    info.rtp_timestamp =
        last_timestamp_ + static_cast<uint32_t>(late.count() * 9 / 100);
    rtp::rtcp::compound_builder packet;
    packet.add_sender_report(info);
    packet.add_sdes(info.ssrc, "sender");
    out_.emplace_back(packet.bytes().begin(), packet.bytes().end());
  }

  net::time_point start_;
  net::time_point next_audio_;
  net::time_point next_frame_;
  net::time_point next_report_;
  std::deque<octet_vector> out_;
  std::map<uint16_t, packet_spec> history_;
  std::deque<uint16_t> history_order_;
  uint32_t audio_ = 0;
  uint32_t frame_ = 0;
  uint16_t video_sequence_ = 65000;
  uint16_t rtx_sequence_ = 65530;
  uint16_t transport_sequence_ = 0;
  uint32_t last_timestamp_ = 0;
  net::time_point last_frame_at_{};
  bool keyframe_wanted_ = true;
  int plis_ = 0;
  uint64_t packets_reported_ = 0;
};

/// Whether a datagram is RTCP (RFC 5761, section 4).
inline bool is_rtcp(const octet_vector& x) {
  return x.size() > 1 && x[1] >= 192 && x[1] <= 223;
}

} // namespace troupe::test
