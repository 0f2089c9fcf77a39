#pragma once

#include "rtp/receive/receive_stream.hpp"
#include "rtp/recording/track_recorder.hpp"
#include "tests/support/media_packets.hpp"
#include "tests/support/packetizer.hpp"

#include <cmath>
#include <functional>
#include <map>
#include <random>

/// A sender, a network and a recorder, in virtual time.
namespace troupe::test {

enum class sent_codec { vp8, vp9, vp9_svc, h264, av1, opus };

inline rtp::codec codec_of(sent_codec x) {
  switch (x) {
    case sent_codec::vp8:
      return rtp::codec::vp8;
    case sent_codec::vp9:
    case sent_codec::vp9_svc:
      return rtp::codec::vp9;
    case sent_codec::h264:
      return rtp::codec::h264;
    case sent_codec::av1:
      return rtp::codec::av1;
    case sent_codec::opus:
      break;
  }
  return rtp::codec::opus;
}

/// Makes frames of random content behind valid headers, and their payloads.
class frame_maker {
public:
  frame_maker(sent_codec what, uint32_t seed) : what_(what), dice_(seed) {}

  packetized next(bool key) {
    ++picture_id_;
    auto most = 100 + dice_() % 1000;
    switch (what_) {
      case sent_codec::vp8:
        return packetize_vp8(vp8(key), picture_id_, most);
      case sent_codec::vp9:
        return packetize_vp9({vp9(key)}, key, picture_id_, most);
      case sent_codec::vp9_svc:
        return packetize_vp9({vp9(key), vp9(false), vp9(false)}, key,
                             picture_id_, most);
      case sent_codec::h264:
        return packetize_h264(h264(key), most);
      case sent_codec::av1:
        return packetize_av1(av1(key), key, most, dice_() % 2 == 0);
      case sent_codec::opus:
        break;
    }
    auto packet = random_octets(dice_, 60 + dice_() % 100, octets{0x78});
    return {{packet}, packet};
  }

private:
  using octets = std::vector<uint8_t>;

  size_t size(bool key) {
    return (key ? 4000 : 200) + dice_() % 3000;
  }

  octets vp8(bool key) {
    if (!key)
      return random_octets(dice_, size(key), octets{0x31, 0, 0});
    return random_octets(
        dice_, size(key),
        octets{0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01});
  }

  octets vp9(bool key) {
    if (!key)
      return random_octets(dice_, size(key), octets{0x86});
    return random_octets(dice_, size(key), octets{0x82, 0x49, 0x83, 0x42});
  }

  std::vector<octets> h264(bool key) {
    std::vector<octets> out;
    if (key) {
      out.push_back(random_octets(dice_, 20, octets{0x67, 0x42}));
      out.push_back(random_octets(dice_, 5, octets{0x68}));
    }
    // Two slices; the first one begins with macroblock 0.
    auto type = static_cast<uint8_t>(key ? 0x65 : 0x41);
    out.push_back(random_octets(dice_, size(key), octets{type, 0x88}));
    out.push_back(random_octets(dice_, 10 + dice_() % 300, octets{type, 0x40}));
    return out;
  }

  std::vector<octets> av1(bool key) {
    std::vector<octets> out{{0x10}}; // a temporal delimiter
    if (key)
      out.push_back(random_octets(dice_, 12, octets{0x08, 0x00}));
    auto type = static_cast<uint8_t>(key ? 0x10 : 0x30); // frame_type
    out.push_back(random_octets(dice_, size(key), octets{0x30, type}));
    return out;
  }

  sent_codec what_;
  std::mt19937 dice_;
  uint16_t picture_id_ = 32'700; // wraps soon
};

/// What the way from a sender to the recorder does to packets.
struct bad_network {
  double loss = 0;
  /// The part of the lost packets that a retransmission restores, and when.
  double repaired = 1;
  net::duration repair_from = 60ms;
  net::duration repair_to = 400ms;
  double reordered = 0; // by up to 50 ms
  double duplicated = 0;
  net::duration delay = 30ms;
  net::duration jitter = 0ms;
};

/// One recorded track: its sender, the network, the producer's engine and the
/// recorder.
class recorded_track {
public:
  struct config {
    sent_codec codec = sent_codec::vp8;
    net::duration interval = 33'333us;
    int key_every = 60;
    bool first_key = true;
    uint32_t seed = 1;
    bad_network network = {};
    std::shared_ptr<rtp::sync_group> sync = nullptr;
    /// How much faster than true the clocks of media and of reports run.
    double media_ppm = 0;
    double wall_ppm = 0;
    /// From the capture to the first octet sent.
    net::duration encoding = 0ms;
    net::duration report_every = 1s;
    rtp::extension_map extensions = {};
  };

  explicit recorded_track(const config& x)
      : cfg(x)
      , recorder(recorder_config(x))
      , maker_(x.codec, x.seed)
      , dice_(x.seed + 100)
      , stream_(stream_config(x), rtp::ssrc{x.seed + 1}) {}

  /// Whether frames are sent; without, the media clock may stand still.
  bool sending = true;
  bool media_clock_stops = false;
  bool reporting = true;
  bool heeds_requests = true;
  /// Changes a report before it is sent.
  std::function<void(rtp::rtcp::sender_info&)> spoil = nullptr;
  /// Leaves out frames (discontinuous transmission).
  std::function<bool(int)> left_out = nullptr;
  /// Get packets and reports instead of the recorder here.
  std::function<void(const rtp::media_packet&)> packets_to = nullptr;
  std::function<void(const rtp::source_report&)> reports_to = nullptr;

  /// Sends and delivers all that is due.
  void run(net::duration until) {
    while (true) {
      auto next = next_event();
      if (next > at(until))
        break;
      now_ = next;
      step();
    }
  }

  /// The time of the next thing to happen.
  net::time_point next_event() const {
    auto out = std::min(next_frame_, next_report_);
    if (!under_way_.empty())
      out = std::min(out, under_way_.begin()->first);
    if (auto timeout = recorder.poll_timeout())
      out = std::min(out, std::max(*timeout, now_));
    return out;
  }

  void step() {
    if (now_ >= next_frame_)
      send_frame();
    if (now_ >= next_report_)
      send_report();
    while (!under_way_.empty() && under_way_.begin()->first <= now_) {
      auto x = std::move(under_way_.begin()->second);
      under_way_.erase(under_way_.begin());
      x();
    }
    if (auto timeout = recorder.poll_timeout(); timeout && *timeout <= now_)
      recorder.handle_timeout(now_);
    drain();
  }

  void finish(net::duration when) {
    now_ = std::max(now_, at(when));
    recorder.finish(now_);
    drain();
  }

  void drain() {
    while (auto x = recorder.poll_frame())
      frames.push_back(std::move(*x));
    while (recorder.poll_keyframe_request())
      request_keyframe();
    while (auto x = recorder.poll_jump())
      jumps.push_back(*x);
  }

  /// How long the recorded audio is when it is decoded.
  net::duration decoded() const {
    net::duration out{};
    for (const auto& x : frames)
      out += x.length;
    return out;
  }

  net::time_point now() const {
    return now_;
  }

  void set_now(net::time_point x) {
    now_ = x;
  }

  /// The next frame is a key frame.
  void request_keyframe() {
    requests.push_back(now_);
    key_wanted_ = heeds_requests;
  }

  /// The number of the original that a frame is, or nothing.
  std::optional<size_t> original(const rtp::media_frame& x) const {
    return original(x.octets);
  }

  std::optional<size_t> original(const frame_octets& x) const {
    auto found = numbers_.find(x);
    if (found == numbers_.end())
      return std::nullopt;
    return found->second;
  }

  struct sent {
    bool key = false;
    net::time_point captured{};
  };

  config cfg;
  rtp::track_recorder recorder;
  std::vector<sent> originals;
  std::vector<rtp::media_frame> frames;
  std::vector<net::time_point> requests;
  std::vector<net::duration> jumps;

private:
  static bool is_audio(const config& x) {
    return x.codec == sent_codec::opus;
  }

  static uint32_t rate_of(const config& x) {
    return is_audio(x) ? 48'000 : 90'000;
  }

  static rtp::track_recorder::config recorder_config(const config& x) {
    rtp::track_recorder::config out;
    out.kind = is_audio(x) ? rtp::media_kind::audio : rtp::media_kind::video;
    out.codec = codec_of(x.codec);
    out.clock_rate = rate_of(x);
    out.extensions = x.extensions;
    out.sync = x.sync;
    out.start = at(0ms);
    return out;
  }

  static rtp::receive_stream::config stream_config(const config& x) {
    rtp::receive_stream::config out;
    out.kind = is_audio(x) ? rtp::media_kind::audio : rtp::media_kind::video;
    out.codec = codec_of(x.codec);
    out.clock_rate = rate_of(x);
    out.extensions = x.extensions;
    return out;
  }

  double chance() {
    return std::uniform_real_distribution<>{0, 1}(dice_);
  }

  net::duration between(net::duration low, net::duration high) {
    return low
           + std::chrono::duration_cast<net::duration>((high - low) * chance());
  }

  // The media timestamp of an instant.
  uint32_t timestamp_at(net::time_point x) const {
    auto seconds =
        net::to_seconds(x - at(0ms) - stopped_) * (1 + cfg.media_ppm / 1e6);
    // Wraps after some seconds.
    return static_cast<uint32_t>(
        static_cast<uint64_t>(UINT32_MAX - 300'000)
        + static_cast<uint64_t>(std::llround((seconds + 1) * rate_of(cfg))));
  }

  // The sender's wall clock is 77,777 s ahead, and may run fast or slow.
  rtp::ntp_time wall_clock_at(net::time_point x) const {
    auto skew = std::chrono::duration_cast<net::duration>(
        (x - at(0ms)) * (cfg.wall_ppm / 1e6));
    return rtp::ntp_clock{4'000'000'000s}.at(x + 77'777s + skew);
  }

  void send_frame() {
    auto captured = next_frame_;
    next_frame_ += cfg.interval;
    auto number = count_++;
    if (!sending) {
      if (media_clock_stops)
        stopped_ += cfg.interval;
      return;
    }
    if (left_out && left_out(number))
      return;
    auto key = (number % cfg.key_every == 0 && (number > 0 || cfg.first_key))
               || std::exchange(key_wanted_, false);
    auto frame = maker_.next(key);
    numbers_[frame.stored] = originals.size();
    originals.push_back({key, captured});
    auto spec = packet_spec{};
    spec.ssrc = cfg.seed + 1;
    spec.timestamp = timestamp_at(captured);
    if (auto id = cfg.extensions.id(rtp::extension::abs_capture_time)) {
      auto value = octet_vector(8);
      net::store_u64(value.data(), wall_clock_at(captured).value);
      spec.extensions = {{id, value}};
    }
    for (size_t i = 0; i < frame.payloads.size(); ++i) {
      spec.sequence = ++sequence_;
      spec.marker = i + 1 == frame.payloads.size();
      spec.payload = frame.payloads[i];
      transmit(serialize(spec), captured + cfg.encoding);
    }
  }

  void transmit(const octet_vector& packet, net::time_point when) {
    const auto& link = cfg.network;
    auto arrival =
        std::max(when + link.delay + between(0ms, link.jitter), last_arrival_);
    last_arrival_ = arrival;
    if (chance() < link.loss) {
      if (chance() < link.repaired)
        deliver(packet, when + between(link.repair_from, link.repair_to), true);
      return;
    }
    if (chance() < link.reordered)
      arrival += between(1ms, 50ms);
    deliver(packet, arrival, false);
    if (chance() < link.duplicated)
      deliver(packet, arrival + between(0ms, 100ms), false);
  }

  void deliver(octet_vector packet, net::time_point when, bool repair) {
    under_way_.emplace(when, [this, packet = std::move(packet), repair, when] {
      std::vector<rtp::media_packet> out;
      auto parsed = *parse_packet(packet, when);
      if (repair)
        stream_.handle_repair(parsed, when, out);
      else
        stream_.handle_media(parsed, when, out);
      for (const auto& x : out)
        packets_to ? packets_to(x) : recorder.handle_packet(x, when);
    });
  }

  void send_report() {
    auto when = next_report_;
    next_report_ += cfg.report_every;
    if (!reporting)
      return;
    auto info = rtp::rtcp::sender_info{};
    info.ssrc = rtp::ssrc{cfg.seed + 1};
    info.ntp = wall_clock_at(when);
    info.rtp_timestamp = timestamp_at(when);
    if (spoil)
      spoil(info);
    auto arrival = when + cfg.network.delay;
    under_way_.emplace(arrival, [this, info, arrival] {
      auto report = stream_.handle_sender_report(info, arrival);
      reports_to ? reports_to(report)
                 : recorder.handle_sender_report(report, arrival);
    });
  }

  frame_maker maker_;
  std::mt19937 dice_;
  rtp::receive_stream stream_;
  net::time_point now_ = at(0ms);
  net::time_point next_frame_ = at(0ms);
  net::time_point next_report_ = at(500ms);
  net::time_point last_arrival_{};
  net::duration stopped_{};
  uint16_t sequence_ = 65'400; // wraps soon
  int count_ = 0;
  bool key_wanted_ = false;
  std::multimap<net::time_point, std::function<void()>> under_way_;
  std::map<frame_octets, size_t> numbers_;
};

/// Runs tracks together, in the order of what happens.
template <class... Tracks>
void run_together(net::duration until, Tracks&... tracks) {
  while (true) {
    auto next = std::min({tracks.next_event()...});
    if (next > at(until))
      return;
    auto advance = [&](auto& x) {
      x.set_now(next);
      x.step();
    };
    (advance(tracks), ...);
  }
}

/// Whether each frame is an original, octet by octet, later than the one before
/// and decodable after it.
inline bool all_whole(const recorded_track& x) {
  std::optional<size_t> last;
  for (const auto& frame : x.frames) {
    auto number = x.original(frame);
    if (!number)
      return false;
    const auto& original = x.originals[*number];
    if (frame.keyframe != original.key)
      return false;
    if (last ? *number <= *last : !original.key)
      return false;
    if (!original.key && *number != *last + 1)
      return false;
    last = number;
  }
  return true;
}

} // namespace troupe::test
