#pragma once

#include "tests/scenarios/media_server.hpp"

#include <set>

namespace troupe::test {

/// A browser that receives: it sends NACKs and reports, requests key frames if
/// it has none, and reassembles frames.
class media_viewer {
public:
  explicit media_viewer(net::rng& random)
      : audio_(audio_source(downlink), random)
      , video_(video_source(downlink), random) {}

  void handle_datagram(const octet_vector& x, net::time_point now) {
    if (is_rtcp(x)) {
      auto reader = rtp::rtcp::compound_reader{x};
      while (auto message = reader.next())
        if (auto* report = std::get_if<rtp::rtcp::sender_report>(&*message)) {
          ++reports_;
          video_.handle_sender_report(report->info, now);
        }
      return;
    }
    auto p = parse_packet(x, now);
    if (!p)
      return;
    if (p->ssrc() == rtp::ssrc{downlink.audio})
      audio_.handle_packets(batch_of({*p}), now);
    else
      video_.handle_packets(batch_of({*p}), now);
    drain(now);
  }

  void handle_timeout(net::time_point now) {
    for (auto* x : {&audio_, &video_})
      if (auto due = x->poll_timeout(); due && *due <= now)
        x->handle_timeout(now);
    drain(now);
  }

  std::deque<octet_vector> to_server;

  const std::map<uint32_t, int>& audio() const {
    return audio_seen_;
  }

  /// The complete frames, with the time of completion.
  const std::map<uint32_t, net::time_point>& frames() const {
    return complete_;
  }

  const std::set<uint32_t>& keyframes() const {
    return keyframes_;
  }

  int reports() const {
    return reports_;
  }

  uint16_t newest_sequence() const {
    return newest_sequence_;
  }

private:
  void drain(net::time_point now) {
    while (auto batch = audio_.poll_batch())
      for (auto& x : **batch)
        ++audio_seen_[net::load_u32(&x.packet.payload()[4])];
    while (auto batch = video_.poll_batch())
      for (auto& x : **batch)
        take(x.packet, now);
    for (auto* x : {&audio_, &video_})
      while (auto rtcp = x->poll_rtcp())
        to_server.push_back(std::move(*rtcp));
  }

  void take(const rtp::packet& x, net::time_point now) {
    newest_sequence_ = x.sequence_number();
    auto payload = x.payload();
    auto frame = net::load_u32(&payload[20]);
    auto& parts = parts_[frame];
    parts.insert(payload[24]);
    if (parts.size() < payload[25])
      return;
    complete_.emplace(frame, now);
    if (payload[26] != 0)
      keyframes_.insert(frame);
    parts_.erase(frame);
  }

  rtp::receiver audio_;
  rtp::receiver video_;
  std::map<uint32_t, int> audio_seen_;
  std::map<uint32_t, std::set<uint8_t>> parts_;
  std::map<uint32_t, net::time_point> complete_;
  std::set<uint32_t> keyframes_;
  int reports_ = 0;
  uint16_t newest_sequence_ = 0;
};

} // namespace troupe::test
