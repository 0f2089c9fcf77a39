// Measurements and feedback of sinks, over a real SRTP session in virtual time.

#include "bench/load/media/media_sink.hpp"
#include "bench/load/media/media_source.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <vector>

using namespace troupe;
using namespace troupe::load;
using namespace std::chrono_literals;

namespace {

constexpr auto profile = net::srtp_profile::aead_aes_128_gcm;
constexpr net::duration transit = 7ms;

net::srtp_master_key make_key() {
  return {std::vector<uint8_t>(16, 3), std::vector<uint8_t>(12, 4)};
}

/// An encoder whose packets reach a sink 7 ms later, unless lost.
struct line {
  explicit line(traffic kind, double share = 1, arrivals how = arrivals::burst)
      : random(net::make_seeded_rng(9))
      , config(make_config(kind))
      , encoder(config, 0, *random, {how})
      , sender(net::make_srtp_sender(net::fastest_srtp_backend(), profile,
                                     make_key()))
      , receiver(net::make_srtp_receiver(net::fastest_srtp_backend(), profile,
                                         make_key()))
      , sink({share, rtp::ssrc{1}, 5}) {
    sink.set_receiver(receiver.get());
    encoder.start(now, 16);
  }

  static source_config make_config(traffic kind) {
    source_config x;
    x.kind = kind;
    x.payload_type = rtp::payload_type{96};
    x.rtx_payload_type = rtp::payload_type{97};
    x.extensions = rtp::extension_map::defaults();
    x.encodings = {{rtp::ssrc{1000}, rtp::ssrc{2000}, ""}};
    return x;
  }

  void consume(bool nack = false) {
    sink.add_consumer({rtp::ssrc{1000}, rtp::ssrc{2000},
                       is_audio(config.kind) ? rtp::media_kind::audio
                                             : rtp::media_kind::video,
                       nack, default_id(rtp::extension::transport_cc)});
  }

  void deliver() {
    while (auto x = encoder.poll_packet(now)) {
      if (auto at = x->transport_cc_offset)
        net::store_u16(&x->header[at], transport_sequence++);
      auto size = sender->protect_rtp(x->header, x->payload, scratch);
      REQUIRE(size);
      ++sent;
      if (lose && lose(sent))
        continue;
      for (int i = 0; i < copies; ++i) {
        std::vector<uint8_t> copy(scratch.begin(),
                                  scratch.begin()
                                      + static_cast<std::ptrdiff_t>(*size));
        sink.handle_rtp(copy, now + transit);
      }
    }
  }

  void read_rtcp() {
    while (auto x = sink.poll_rtcp()) {
      rtp::rtcp::compound_reader reader{*x};
      while (auto message = reader.next()) {
        if (auto nack = std::get_if<rtp::rtcp::nack>(&*message))
          encoder.handle_nack(*nack);
        if (std::get_if<rtp::rtcp::pli>(&*message))
          ++plis;
        if (auto feedback = std::get_if<rtp::rtcp::transport_cc>(&*message)) {
          auto all = feedback->statuses();
          while (auto status = all.next())
            ++(status->received ? reported_received : reported_lost);
        }
        if (auto report = std::get_if<rtp::rtcp::receiver_report>(&*message))
          for (auto block : report->blocks) {
            blocks.push_back(block);
            report_times.push_back(now);
          }
      }
      CHECK(reader.malformed() == 0);
    }
  }

  void run(net::duration span) {
    for (auto end = now + span; now < end; now += 1ms) {
      encoder.handle_timeout(now);
      deliver();
      sink.handle_timeout(now);
      read_rtcp();
    }
  }

  media_stats stats() const {
    media_stats x;
    sink.add_to(x);
    return x;
  }

  std::unique_ptr<net::rng> random;
  source_config config;
  stream_encoder encoder;
  std::unique_ptr<net::srtp_sender> sender;
  std::unique_ptr<net::srtp_receiver> receiver;
  media_sink sink;
  net::time_point now{100s};
  std::array<uint8_t, 1600> scratch{};
  std::function<bool(uint64_t)> lose;
  int copies = 1;
  uint16_t transport_sequence = 65'500;
  uint64_t sent = 0;
  uint64_t plis = 0;
  uint64_t reported_received = 0;
  uint64_t reported_lost = 0;
  std::vector<rtp::rtcp::report_block> blocks;
  std::vector<net::time_point> report_times;
};

/// Checks that a stream's reports come every half to one and a half `mean`.
void check_reports(traffic kind, net::duration mean) {
  line x{kind, 0};
  x.consume();
  auto begin = x.now;
  x.run(mean * 60);
  REQUIRE(x.report_times.size() > 48);
  CHECK(x.report_times.size() < 72);
  CHECK(x.report_times.front() - begin >= mean / 2);
  CHECK(x.report_times.front() - begin <= mean / 2 + 20ms);
  auto least = net::duration::max();
  auto most = net::duration::zero();
  for (size_t i = 1; i < x.report_times.size(); ++i) {
    auto apart = x.report_times[i] - x.report_times[i - 1];
    least = std::min(least, apart);
    most = std::max(most, apart);
  }
  CHECK(least >= mean / 2);
  CHECK(least < mean * 7 / 10);
  CHECK(most > mean * 13 / 10);
  CHECK(most <= mean * 3 / 2 + 1ms);
}

} // namespace

TEST_CASE("a sink counts all packets and measures what it decrypts") {
  line x{traffic::audio};
  x.consume();
  x.run(10s);
  auto stats = x.stats();
  CHECK(stats.audio.received.packets == 500);
  CHECK(stats.audio.received.bytes == 500 * 130);
  CHECK(stats.audio.sequence.received == 500);
  CHECK(stats.audio.sequence.lost == 0);
  CHECK(stats.audio.decrypted == 500);
  CHECK(stats.audio.decrypt_failures == 0);
  CHECK(stats.audio.unstamped == 0);
  CHECK(stats.audio.latency.count() == 500);
  auto p50 = stats.audio.latency.quantile(0.5);
  CHECK(p50 > 6900us);
  CHECK(p50 < 7100us);
  CHECK(stats.video.received.packets == 0);
  REQUIRE(!x.blocks.empty());
  CHECK(x.blocks.back().fraction_lost == 0);
}

TEST_CASE("a stream is reported each second if video, each 5 s if audio") {
  check_reports(traffic::v600, 1s);
  check_reports(traffic::audio, 5s);
}

TEST_CASE("a stream that has ended is reported no more, until it resumes") {
  line x{traffic::v600, 0};
  x.consume();
  x.run(3s);
  x.encoder.stop();
  x.run(12s);
  auto before = x.blocks.size();
  CHECK(before >= 7);
  x.run(10s);
  CHECK(x.blocks.size() == before);
  CHECK_FALSE(x.sink.poll_timeout());
  x.encoder.start(x.now, 16);
  x.run(3s);
  CHECK(x.blocks.size() > before);
}

TEST_CASE("a sink that decrypts a share follows SRTP's rollover") {
  line x{traffic::v1500, 0.05};
  x.consume();
  // More than two cycles of sequence numbers.
  x.run(15min);
  auto stats = x.stats();
  auto received = stats.video.received.packets;
  CHECK(received > 134'000);
  CHECK(stats.video.decrypt_failures == 0);
  CHECK(stats.video.decrypted > received / 22);
  CHECK(stats.video.decrypted < received / 18);
  CHECK(stats.video.sequence.lost == 0);
  CHECK(stats.video.keyframes > 5);
}

TEST_CASE("a sink distinguishes loss and duplicates") {
  line x{traffic::v600};
  x.consume();
  x.lose = [](uint64_t i) {
    return i % 20 == 10;
  };
  x.run(10s);
  auto stats = x.stats();
  CHECK(stats.video.sequence.lost > 27);
  CHECK(stats.video.sequence.lost < 32);
  CHECK(x.blocks.back().fraction_lost > 0);
  CHECK(x.blocks.back().fraction_lost < 30);
  CHECK(x.blocks.back().cumulative_lost > 20);
  CHECK(x.reported_lost > 25);
  x.sink.reset_counts();
  x.lose = nullptr;
  x.copies = 2;
  x.run(1s);
  stats = x.stats();
  CHECK(stats.video.sequence.duplicates == stats.video.sequence.received);
  CHECK(stats.video.decrypt_failures == 0);
}

TEST_CASE("whole frames are measured, key frames apart") {
  line x{traffic::v1500, 1, arrivals::spaced};
  x.consume();
  x.run(9s);
  auto frames = x.stats().video.frame_latency;
  auto keyframes = x.stats().video.keyframe_latency;
  CHECK(keyframes.count() >= 3);
  CHECK(keyframes.count() <= 5);
  CHECK(frames.count() + keyframes.count() >= 9 * 30 - 1);
  CHECK(frames.count() + keyframes.count() <= 9 * 30);
  // From the planned time, which is up to a millisecond before the packet is
  // sent here, to the arrival.
  CHECK(frames.quantile(0.01) >= 6900us);
  CHECK(frames.max() <= transit + 1ms);
  CHECK(keyframes.max() <= transit + 1ms);
}

TEST_CASE("of all frames a share is measured, of key frames each one") {
  line x{traffic::v1500, 0.05};
  x.consume();
  x.run(300s);
  auto video = x.stats().video;
  CHECK(video.keyframe_latency.count() >= 100);
  CHECK(video.keyframe_latency.count() <= 102);
  CHECK(video.frame_latency.count() > 9'000 / 25);
  CHECK(video.frame_latency.count() < 9'000 / 16);
  // Frames do not change the packets that are measured.
  CHECK(video.latency.count() > 45'000 / 22);
  CHECK(video.latency.count() < 45'000 / 18);
  CHECK(video.decrypted - video.latency.count() > 80);
}

TEST_CASE("a frame is complete when its last retransmission has come") {
  line x{traffic::v1500};
  x.consume(true);
  x.lose = [](uint64_t i) {
    return i % 20 == 10;
  };
  x.run(20s);
  auto video = x.stats().video;
  CHECK(video.frame_latency.count() + video.keyframe_latency.count() > 580);
  CHECK(video.frame_latency.quantile(0.5) < 8ms);
  CHECK(video.frame_latency.quantile(0.95) > 16ms);
}

TEST_CASE("NACK and RTX fill the gaps") {
  line x{traffic::v600};
  x.consume(true);
  x.lose = [](uint64_t i) {
    return i % 20 == 10;
  };
  x.run(20s);
  x.lose = nullptr;
  x.run(2s);
  auto stats = x.stats();
  CHECK(stats.packets_requested > 50);
  CHECK(stats.video.sequence.recovered > 50);
  CHECK(stats.video.sequence.lost == 0);
  CHECK(stats.video.latency.count()
        == stats.video.sequence.received - stats.video.sequence.recovered);
}

TEST_CASE("video without a key frame is asked for one after half a second") {
  line x{traffic::v600};
  x.run(100ms);
  // Joins between two key frames.
  x.consume();
  x.run(499ms);
  CHECK(x.plis == 0);
  x.run(50ms);
  CHECK(x.plis == 1);
  CHECK_FALSE(x.sink.first_keyframe());
  x.encoder.handle_keyframe_request(x.now);
  x.run(2s);
  CHECK(x.plis == 1);
  CHECK(x.sink.first_keyframe());
  REQUIRE(x.sink.report(rtp::ssrc{1000}));
  CHECK(x.sink.report(rtp::ssrc{1000})->first_keyframe);
}

TEST_CASE("packets of an unknown SSRC count as such until it is announced") {
  line x{traffic::audio, 0};
  x.run(1s);
  CHECK(x.stats().unknown_ssrc == 50);
  CHECK_FALSE(x.sink.poll_timeout());
  x.consume();
  x.run(1s);
  CHECK(x.stats().audio.sequence.received == 50);
  x.sink.remove_consumer(rtp::ssrc{1000});
  x.run(1s);
  CHECK(x.stats().unknown_ssrc == 100);
  CHECK(x.stats().audio.sequence.received == 50);
  CHECK(x.sink.consumers() == 0);
}

TEST_CASE("transport-wide feedback reports every packet, across the wrap") {
  line x{traffic::v1500, 0.05};
  x.consume();
  x.run(5s);
  CHECK(x.reported_lost == 0);
  CHECK(x.reported_received > x.sent - 40);
  // Each 100 ms until the bitrate is known, then each 50 ms.
  CHECK(x.stats().feedbacks_sent >= 80);
  CHECK(x.stats().feedbacks_sent <= 95);
}

TEST_CASE(
    "transport-wide feedback reports packets of unknown SSRCs, as probes") {
  line x{traffic::v1500, 0};
  x.sink.add_consumer({rtp::ssrc{4000}, rtp::ssrc{5000}, rtp::media_kind::video,
                       false, default_id(rtp::extension::transport_cc)});
  x.run(5s);
  CHECK(x.stats().unknown_ssrc == x.sent);
  CHECK(x.reported_lost == 0);
  CHECK(x.reported_received > x.sent - 40);
}
