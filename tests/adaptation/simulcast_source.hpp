#pragma once

#include "actors/fan_out/fan_out.hpp"
#include "tests/support/media_packets.hpp"

#include <map>

/// A producer's packets in virtual time.
namespace troupe::test {

using namespace troupe::actors;

inline constexpr producer_key video_producer{1};
inline constexpr producer_key audio_producer{2};
inline constexpr uint32_t video_ssrc = 7000;
inline constexpr uint32_t audio_ssrc = 8000;
inline constexpr uint32_t rtx_ssrc = 9000;

/// Links count seconds from zero.
inline constexpr net::time_point call_start = net::time_point{} + 100s;

/// Sends 30 frames a second in several encodings of three temporal layers each,
/// and Opus. A key frame is as large as eight others, and is sent 60 ms after
/// its request.
class simulcast_source {
public:
  explicit simulcast_source(std::vector<double> kbps) : kbps_(std::move(kbps)) {
    wanted_.resize(kbps_.size(), call_start);
    next_.resize(kbps_.size(), 65530 + 65536);
    seconds_.resize(kbps_.size());
  }

  void want_keyframe(uint8_t encoding, net::time_point now) {
    if (encoding < wanted_.size() && !wanted_[encoding])
      wanted_[encoding] = now + 60ms;
  }

  void step(fan_out& to, net::time_point now) {
    for (; next_frame_ <= now; next_frame_ += 33'333us, ++frame_)
      for (uint8_t i = 0; i < kbps_.size(); ++i)
        send_frame(to, i, now);
    for (; next_audio_ <= now; next_audio_ += 20ms)
      send_audio(to, now);
  }

  rtp::media_batch find(const std::vector<rtp::packet_key>& keys) const {
    std::vector<rtp::media_packet> out;
    for (const auto& key : keys)
      if (auto i = history_.find({key.encoding, key.sequence});
          i != history_.end())
        out.push_back(i->second);
    return out.empty() ? nullptr : media_of(std::move(out));
  }

private:
  void send_frame(fan_out& to, uint8_t encoding, net::time_point now) {
    constexpr uint8_t pattern[] = {0, 2, 1, 2};
    auto key = wanted_[encoding] && *wanted_[encoding] <= now;
    if (key)
      wanted_[encoding].reset();
    auto amount = kbps_[encoding] * 1000 / 8 / 30;
    auto& debt = seconds_[encoding];
    // An encoder makes later frames smaller to make up for key frames.
    amount = std::max(amount / 2, amount - debt / 30);
    debt = std::max(0.0, debt - debt / 30);
    if (key) {
      amount *= 8;
      debt += amount;
    }
    auto count = static_cast<size_t>(amount / 1100) + 1;
    std::vector<rtp::media_packet> batch;
    for (size_t i = 0; i < count; ++i) {
      packet_spec spec;
      spec.marker = i + 1 == count;
      spec.payload.assign(static_cast<size_t>(amount) / count + 4, 0);
      spec.payload[0] = key && i == 0;
      spec.payload[1] = encoding;
      rtp::media_packet x{make_packet(spec, now)};
      x.encoding = encoding;
      x.sequence = next_[encoding]++;
      x.timestamp = frame_ * 3000;
      x.temporal_id = key ? 0 : pattern[frame_ % 4];
      x.start_of_frame = i == 0;
      x.keyframe = key && i == 0;
      history_.insert_or_assign({encoding, x.sequence}, x);
      history_.erase({encoding, x.sequence - 500});
      batch.push_back(std::move(x));
    }
    to.handle_media(video_producer, media_of(std::move(batch)), false, now);
  }

  void send_audio(fan_out& to, net::time_point now) {
    packet_spec spec;
    spec.payload.assign(80, 0);
    net::store_u64(&spec.payload[8],
                   static_cast<uint64_t>(now.time_since_epoch().count()));
    rtp::media_packet x{make_packet(spec, now)};
    x.sequence = ++audio_;
    x.timestamp = audio_ * 960;
    x.keyframe = true;
    x.start_of_frame = true;
    to.handle_media(audio_producer, media_of({x}), false, now);
  }

  std::vector<double> kbps_;
  std::vector<std::optional<net::time_point>> wanted_;
  std::vector<int64_t> next_;
  std::vector<double> seconds_;
  std::map<std::pair<uint8_t, int64_t>, rtp::media_packet> history_;
  net::time_point next_frame_ = call_start;
  net::time_point next_audio_ = call_start;
  int64_t frame_ = 0;
  int64_t audio_ = 65530 + 65536;
};

} // namespace troupe::test
