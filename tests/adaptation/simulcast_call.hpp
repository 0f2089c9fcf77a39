#pragma once

#include "actors/fan_out/fan_out.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/adaptation/simulcast_source.hpp"
#include "tests/rtp/bwe/link_model.hpp"
#include "tests/support/media_packets.hpp"
#include "tests/support/sent_packets.hpp"

#include <deque>
#include <map>
#include <set>

/// A shard between a source of simulcast video and audio and receivers behind
/// their own links, in virtual time, in steps of one millisecond.
namespace troupe::test {

using namespace troupe::actors;

/// Octets of IP, UDP and SRTP around each packet.
inline constexpr double overhead = 38;

/// The result of one video stream at its receiver.
struct viewed {
  std::optional<uint8_t> encoding; // of the latest frame
  int switches = 0;
  int frames = 0;
  net::duration frozen{};  // beyond 200 ms between frames
  net::duration longest{}; // between two frames
};

/// A client behind a link: sends transport-wide feedback, requests missing
/// packets, and shows the frames that it can decode.
class viewer {
public:
  viewer(uint16_t number, std::shared_ptr<rtp::test::bottleneck> by,
         size_t videos)
      : key(transport_key{number})
      , number_(number)
      , link_(std::move(by))
      , link(*link_)
      , videos_(videos) {}

  void take(net::byte_span packet, net::time_point now) {
    auto size = static_cast<double>(packet.size()) + overhead;
    if (auto at = link.pass(size, now))
      under_way_.emplace(*at, octet_vector(packet.begin(), packet.end()));
    else
      ++lost;
    sent += size;
  }

  void step(fan_out& to, net::time_point now) {
    while (!under_way_.empty() && under_way_.begin()->first <= now) {
      receive(under_way_.begin()->second, now);
      under_way_.erase(under_way_.begin());
    }
    for (size_t i = 0; i < videos_.size(); ++i)
      show(to, i, now);
    if (feedback && now >= next_feedback_)
      report(to, now);
    if (greedy && now >= next_flood_)
      flood(to, now);
    while (!feedback_.empty()
           && feedback_.begin()->first + feedback_wait <= now) {
      deliver(to, feedback_.begin()->second, now);
      feedback_.erase(feedback_.begin());
    }
  }

  const viewed& video(size_t i = 0) const {
    return videos_[i].result;
  }

  void clear_figures() {
    for (auto& x : videos_) {
      auto now = x.result.encoding;
      x.result = {};
      x.result.encoding = now;
    }
    worst_audio = {};
    delivered = sent = 0;
    audio_packets = padding = 0;
    lost = 0;
  }

  consumer_key consumer(size_t i) const {
    return consumer_key{number_ * 10u + i};
  }

  transport_key key;
  bool feedback = true;
  /// How long the server lets feedback wait (rtc.report-wait).
  net::duration feedback_wait{};
  bool greedy = false;  // requests everything, 100 times a second
  double delivered = 0; // octets with all overhead
  double sent = 0;
  int lost = 0;
  int audio_packets = 0;
  int padding = 0;
  net::duration worst_audio{};

private:
  uint16_t number_;
  std::shared_ptr<rtp::test::bottleneck> link_;

public:
  rtp::test::bottleneck& link;

private:
  struct stream {
    viewed result;
    std::map<int64_t, rtp::packet> waiting;
    rtp::wrap_extender<uint16_t> numbers;
    int64_t next = -1; // the next sequence number
    bool broken = true;
    bool frame_is_key = false;
    net::time_point gap_since{};
    net::time_point keyframe_requested{};
    net::time_point nacked{};
    net::time_point shown{};
  };

  void receive(const octet_vector& wire, net::time_point now) {
    auto packet = parse_packet(wire, now);
    delivered += static_cast<double>(wire.size()) + overhead;
    if (wire[1] >= 192 && wire[1] <= 223)
      return;
    if (auto n =
            rtp::read_transport_cc(*packet, rtp::extension_map::defaults()))
      note_arrival(cc_.extend(*n), now);
    auto ssrc = rtp::value(packet->ssrc());
    if (ssrc == 1234) {
      ++padding;
    } else if (ssrc == audio_ssrc) {
      ++audio_packets;
      auto left = net::load_u64(packet->payload().data() + 8);
      worst_audio = std::max(worst_audio,
                             now.time_since_epoch()
                                 - net::duration{static_cast<int64_t>(left)});
    } else if (ssrc >= rtx_ssrc) {
      restore(videos_[ssrc - rtx_ssrc], *packet);
    } else {
      auto& to = videos_[ssrc - video_ssrc];
      if (auto n = to.numbers.extend(packet->sequence_number()); n >= to.next)
        to.waiting.emplace(n, *packet);
    }
  }

  void restore(stream& to, const rtp::packet& rtx) {
    auto n = to.numbers.peek(net::load_u16(rtx.payload().data()));
    packet_spec spec;
    spec.payload.assign(rtx.payload().begin() + 2, rtx.payload().end());
    spec.marker = rtx.marker();
    spec.timestamp = rtx.timestamp();
    if (n >= to.next)
      to.waiting.emplace(n, make_packet(spec, rtx.arrival()));
  }

  void show(fan_out& shard, size_t which, net::time_point now) {
    auto& x = videos_[which];
    if (x.next < 0 && !x.waiting.empty())
      x.next = x.waiting.begin()->first;
    // Take frame by frame, up to the first gap.
    for (auto i = x.waiting.begin();
         i != x.waiting.end() && i->first == x.next;) {
      if (i->second.payload()[0] == 1) {
        x.broken = false;
        x.frame_is_key = true;
      }
      if (i->second.marker() && !x.broken)
        complete(x, i->second, now);
      ++x.next;
      i = x.waiting.erase(i);
    }
    if (x.waiting.empty()) {
      x.gap_since = now;
    } else {
      handle_gap(shard, which, now);
    }
    if (x.broken && x.next >= 0 && now - x.keyframe_requested > 200ms
        && !x.waiting.empty())
      request_keyframe(shard, which, now);
  }

  void complete(stream& x, const rtp::packet& last, net::time_point now) {
    auto encoding = last.payload()[1];
    auto& out = x.result;
    if (out.encoding && *out.encoding != encoding)
      ++out.switches;
    out.encoding = encoding;
    if (x.shown != net::time_point{}) {
      auto gap = now - x.shown;
      out.longest = std::max(out.longest, gap);
      out.frozen += std::max<net::duration>(gap - 200ms, 0ms);
    }
    x.shown = now;
    ++out.frames;
    x.frame_is_key = false;
  }

  // There is a gap: request the packets, or continue with a key frame.
  void handle_gap(fan_out& shard, size_t which, net::time_point now) {
    auto& x = videos_[which];
    auto fresh = std::find_if(x.waiting.begin(), x.waiting.end(), [](auto& y) {
      return y.second.payload()[0] == 1;
    });
    if (fresh != x.waiting.end() && now - x.gap_since > 100ms) {
      x.next = fresh->first;
      x.waiting.erase(x.waiting.begin(), fresh);
      x.gap_since = now;
      return;
    }
    if (now - x.gap_since > 400ms) {
      request_keyframe(shard, which, now);
      return;
    }
    if (now - x.nacked < 40ms || now - x.gap_since < 5ms)
      return;
    x.nacked = now;
    std::vector<uint16_t> missing;
    for (auto n = x.next; n < x.waiting.rbegin()->first && missing.size() < 100;
         ++n)
      if (!x.waiting.contains(n))
        missing.push_back(static_cast<uint16_t>(n));
    shard.with_consumer(consumer(which), now, [&](rtp::forwarder& to) {
      to.handle_nack(missing, now);
    });
  }

  void request_keyframe(fan_out& shard, size_t which, net::time_point now) {
    auto& x = videos_[which];
    if (now - x.keyframe_requested < 200ms)
      return;
    x.keyframe_requested = now;
    x.broken = true;
    shard.with_consumer(consumer(which), now, [&](rtp::forwarder& to) {
      to.handle_keyframe_request(now);
    });
  }

  // Requests the last 500 packets again, and a key frame.
  void flood(fan_out& to, net::time_point now) {
    next_flood_ = now + 10ms;
    for (size_t i = 0; i < videos_.size(); ++i) {
      std::vector<uint16_t> all;
      for (auto n = videos_[i].next - 500; n < videos_[i].next; ++n)
        all.push_back(static_cast<uint16_t>(n));
      to.with_consumer(consumer(i), now, [&](rtp::forwarder& x) {
        x.handle_nack(all, now);
        x.handle_keyframe_request(now);
      });
    }
  }

  // As in libwebrtc: a late packet is reported together with all that were
  // reported since, and each feedback reports packets that are still missing as
  // lost.
  void note_arrival(int64_t n, net::time_point now) {
    if (first_unreported_ > 0 && !arrivals_.empty()
        && first_unreported_ > arrivals_.rbegin()->first)
      while (!arrivals_.empty()
             && arrivals_.begin()->second < now - repeat_reports_for)
        arrivals_.erase(arrivals_.begin());
    if (first_unreported_ < 0 || n < first_unreported_)
      first_unreported_ = n;
    arrivals_.emplace(n, now);
  }

  void report(fan_out&, net::time_point now) {
    next_feedback_ = now + 50ms;
    auto first = arrivals_.lower_bound(first_unreported_);
    if (first == arrivals_.end())
      return;
    rtp::rtcp::transport_cc_builder out;
    out.start(first_unreported_, first->second.time_since_epoch());
    for (auto i = first; i != arrivals_.end(); ++i)
      out.add(i->first, i->second.time_since_epoch());
    first_unreported_ = arrivals_.rbegin()->first + 1;
    octet_vector packet(1400);
    auto size = out.build(rtp::ssrc{1}, rtp::ssrc{2}, count_++, packet);
    packet.resize(size.value_or(0));
    if (auto at = link.pass_back(now))
      feedback_.emplace(*at, packet);
  }

  void deliver(fan_out& to, const octet_vector& packet, net::time_point now) {
    rtp::rtcp::compound_reader reader{packet};
    while (auto x = reader.next())
      if (auto* cc = std::get_if<rtp::rtcp::transport_cc>(&*x))
        to.handle_transport_feedback(key, *cc, now);
  }

  std::vector<stream> videos_;
  static constexpr auto repeat_reports_for = 500ms;

  std::multimap<net::time_point, octet_vector> under_way_;
  std::multimap<net::time_point, octet_vector> feedback_;
  std::map<int64_t, net::time_point> arrivals_;
  rtp::wrap_extender<uint16_t> cc_;
  int64_t first_unreported_ = -1; // the first number that was not reported
  uint8_t count_ = 0;
  net::time_point next_feedback_{};
  net::time_point next_flood_{};
};

/// The source, the shard and the receivers together.
class simulcast_call : net::datagram_sink {
public:
  explicit simulcast_call(std::vector<double> kbps = {150, 500, 1500})
      : encodings_(static_cast<uint8_t>(kbps.size()))
      , source_(std::move(kbps)) {}

  /// Adds a receiver of the audio and of `videos` copies of the video.
  viewer& add(rtp::test::link_settings link, size_t videos = 1) {
    auto seed = static_cast<uint32_t>(viewers.size() + 1);
    return add(std::make_shared<rtp::test::bottleneck>(std::move(link), seed),
               videos);
  }

  /// Adds a receiver behind a link that others share.
  viewer& add(std::shared_ptr<rtp::test::bottleneck> link, size_t videos = 1) {
    auto number = static_cast<uint16_t>(viewers.size() + 1);
    viewers.push_back(
        std::make_unique<viewer>(number, std::move(link), videos));
    auto& x = *viewers.back();
    shard.set_srtp(x.key, std::make_shared<clear_srtp>(), now);
    shard.set_path(x.key, to_port(number), now);
    for (size_t i = 0; i <= videos; ++i) {
      shard_consumer stream;
      stream.key = x.consumer(i);
      stream.on = x.key;
      auto video = i < videos;
      stream.from = video ? video_producer : audio_producer;
      if (video)
        stream.engine.layout = {rtp::layering::simulcast, encodings_, 3};
      auto& c = stream.engine;
      auto n = static_cast<uint32_t>(i);
      c.kind = video ? rtp::media_kind::video : rtp::media_kind::audio;
      c.ssrc = rtp::ssrc{video ? video_ssrc + n : audio_ssrc};
      c.payload = rtp::payload_type{96};
      if (video) {
        c.rtx_ssrc = rtp::ssrc{rtx_ssrc + n};
        c.rtx_payload = rtp::payload_type{97};
      }
      c.extensions = rtp::extension_map::defaults();
      if (!video && !audio_has_feedback)
        c.extensions.remove(rtp::extension::transport_cc);
      c.feedback = {video, video, false, true, false};
      c.max_queueing = 1h;
      shard.add_consumer(std::move(stream), *random_, now);
    }
    return x;
  }

  void run(net::duration time) {
    for (auto end = now + time; now < end; now += 1ms) {
      source_.step(shard, now);
      if (auto due = shard.poll_timeout(); due && *due <= now)
        shard.handle_timeout(now);
      if (auto due = shard.poll_pacing(); due && *due <= now)
        shard.handle_pacing(now);
      for (auto& x : viewers)
        x->step(shard, now);
      shard.flush(*this, now);
      if (meanwhile)
        meanwhile(now);
      while (auto x = shard.poll_event())
        handle(*x);
    }
  }

  fan_out shard;
  std::vector<std::unique_ptr<viewer>> viewers;
  net::time_point now = call_start;
  int keyframes = 0;
  /// Whether feedback covers audio, too. Clients with mediasoup-client's
  /// settings leave it out.
  bool audio_has_feedback = true;
  /// Called in each step.
  std::function<void(net::time_point)> meanwhile;

private:
  void send_batch(std::span<const net::outgoing_datagram> batch) override {
    for (const auto& x : batch)
      viewers[x.tuple.remote.port() - 1u]->take(x.data, now);
  }

  void handle(const shard_event& x) {
    if (const auto* wanted = std::get_if<rtp::keyframe_wanted>(&x.what)) {
      if (x.producer == video_producer) {
        ++keyframes;
        source_.want_keyframe(wanted->encoding, now);
      }
    } else if (const auto* lost = std::get_if<packets_missing>(&x.what)) {
      if (auto found = source_.find(lost->keys))
        shard.with_consumer(x.consumer, now, [&](rtp::forwarder& to) {
          to.handle_retransmissions(found, now);
        });
    }
  }

  uint8_t encodings_;
  simulcast_source source_;
  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
};

} // namespace troupe::test
