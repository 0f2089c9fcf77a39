// Whole clients against `webrtc_transport` over loopback, and their cost.

#include "bench/load/media/media_loop.hpp"
#include "echo_server.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <ctime>
#include <functional>
#include <thread>

using namespace troupe;
using namespace troupe::load;
using namespace std::chrono_literals;

namespace {

source_config make_source(traffic kind, uint32_t ssrc) {
  source_config x;
  x.kind = kind;
  x.payload_type = rtp::payload_type{96};
  x.rtx_payload_type = rtp::payload_type{97};
  x.extensions = rtp::extension_map::defaults();
  x.mid = std::string{"0"};
  for (uint32_t i = 0; i < encoding_count(kind); ++i)
    x.encodings.push_back({rtp::ssrc{ssrc + i}, rtp::ssrc{ssrc + 100 + i}, ""});
  return x;
}

consumer_config make_consumer(traffic kind, uint32_t ssrc, bool nack = false) {
  consumer_config x;
  x.ssrc = rtp::ssrc{ssrc};
  x.rtx_ssrc = rtp::ssrc{ssrc + 100};
  x.kind = is_audio(kind) ? rtp::media_kind::audio : rtp::media_kind::video;
  x.nack = nack;
  x.transport_cc_id = default_id(rtp::extension::transport_cc);
  return x;
}

/// A server and a loop on one thread.
struct world {
  explicit world(const loop_config& cfg = {}) : media(context, cfg) {}

  /// Runs until `done`, ten seconds at most.
  bool run_until(const std::function<bool()>& done) {
    auto end = std::chrono::steady_clock::now() + 10s;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      context.poll();
      server.run_once();
    }
    return true;
  }

  void run_for(net::duration span) {
    auto end = std::chrono::steady_clock::now() + span;
    run_until([&] { return std::chrono::steady_clock::now() > end; });
  }

  media_transport& open(test::echo_server::peer& peer,
                        impairment_config in = {}, impairment_config out = {}) {
    auto cfg = server.describe(peer);
    cfg.impair_in = in;
    cfg.impair_out = out;
    cfg.on_state = [this](media_transport&, transport_state x) {
      states.push_back(x);
    };
    cfg.on_first_media = [this](media_transport&) {
      ++first_media;
    };
    auto x = media.open(std::move(cfg));
    REQUIRE(x.has_value());
    return **x;
  }

  boost::asio::io_context context{1};
  test::echo_server server;
  media_loop media;
  std::vector<transport_state> states;
  int first_media = 0;
};

} // namespace

TEST_CASE("a transport connects, publishes, consumes and measures") {
  for (auto profile : net::srtp_profile_preference) {
    CAPTURE(to_string(profile));
    loop_config cfg;
    cfg.profiles = {profile};
    cfg.decrypt_share = 1;
    world x{cfg};
    auto& peer = x.server.add(x.media.fingerprint());
    peer.audience = {&peer};
    auto& transport = x.open(peer);
    transport.publish(make_source(traffic::v600, 1000));
    transport.publish(make_source(traffic::audio, 2000));
    transport.add_consumer(make_consumer(traffic::v600, 1000));
    transport.add_consumer(make_consumer(traffic::audio, 2000));
    REQUIRE(x.run_until([&] {
      return transport.stats().audio.sequence.received > 20
             && transport.stats().video.sequence.received > 40;
    }));
    CHECK(transport.profile() == profile);
    CHECK(x.states
          == std::vector{transport_state::handshaking,
                         transport_state::connected});
    CHECK(x.first_media == 1);
    auto times = transport.times();
    REQUIRE(times.ice_connected);
    REQUIRE(times.dtls_connected);
    REQUIRE(times.first_media);
    REQUIRE(times.first_keyframe);
    CHECK(times.started <= *times.ice_connected);
    CHECK(*times.ice_connected < *times.dtls_connected);
    CHECK(*times.dtls_connected < *times.first_media);
    auto stats = transport.stats();
    for (auto* quality : {&stats.audio, &stats.video}) {
      CHECK(quality->sequence.lost == 0);
      CHECK(quality->decrypt_failures == 0);
      CHECK(quality->unstamped == 0);
      CHECK(quality->latency.count() == quality->sequence.received);
      CHECK(quality->latency.quantile(0.5) < 1s);
    }
    CHECK(stats.video.frame_latency.count() > 0);
    CHECK(stats.video.keyframe_latency.count() > 0);
    // All have 1,200 or 130 octets, whatever the tag's size.
    CHECK(stats.video.received.bytes == stats.video.received.packets * 1200);
    CHECK(stats.audio.received.bytes == stats.audio.received.packets * 130);
    x.media.close(transport);
    CHECK(x.media.size() == 0);
    CHECK(x.media.totals().audio.received.packets
          == stats.audio.received.packets);
  }
}

TEST_CASE("a loop with several clients forwards, answers and reports") {
  world x;
  auto& publisher = x.server.add(x.media.fingerprint());
  auto& from = x.open(publisher);
  auto& source = from.publish(make_source(traffic::v600, 1000));
  std::vector<media_transport*> receivers;
  for (int i = 0; i < 5; ++i) {
    auto& peer = x.server.add(x.media.fingerprint());
    publisher.audience.push_back(&peer);
    receivers.push_back(&x.open(peer));
    receivers.back()->add_consumer(make_consumer(traffic::v600, 1000));
  }
  auto all_connected = [&] {
    for (auto* y : receivers)
      if (y->state() != transport_state::connected)
        return false;
    return from.state() == transport_state::connected;
  };
  REQUIRE(x.run_until(all_connected));
  // A key frame for the clients that missed the first.
  rtp::rtcp::compound_builder pli;
  pli.add_pli(rtp::ssrc{1}, rtp::ssrc{1000});
  x.run_for(350ms);
  x.media.reset_stats();
  x.server.send_rtcp(publisher, pli.bytes());
  REQUIRE(x.run_until([&] { return x.media.totals().keyframes_sent > 0; }));
  x.run_for(1200ms);
  auto sum = x.media.totals();
  CHECK(sum.keyframe_requests == 1);
  CHECK(sum.video.sequence.received > 5 * 58);
  CHECK(sum.video.sequence.lost == 0);
  CHECK(sum.video.decrypt_failures == 0);
  CHECK(sum.kernel_drops == 0);
  CHECK(sum.lost_by_server() == 0);
  CHECK(sum.feedbacks_sent > 0);
  CHECK(x.server.rtcp.contains(200)); // sender report
  CHECK(x.server.rtcp.contains(201)); // receiver report
  CHECK(x.server.rtcp.contains(205)); // transport-wide feedback
  auto report = receivers[0]->report(rtp::ssrc{1000});
  REQUIRE(report);
  CHECK(report->sequence.lost == 0);
  auto health = x.media.health();
  CHECK(health.frames_sent >= 30);
  CHECK(health.frames_skipped == 0);
  // By default packets are spaced, and each is judged by itself.
  CHECK(health.lateness.count() == sum.rtp_out.packets);
  from.set_active(source, false);
  x.run_for(50ms);
  auto before = from.stats().rtp_out.packets;
  x.run_for(100ms);
  CHECK(from.stats().rtp_out.packets == before);
  from.unpublish(source);
  CHECK(from.stats().keyframes_sent == sum.keyframes_sent);
}

TEST_CASE("a lossy path loses its share and delays both directions") {
  loop_config cfg;
  cfg.decrypt_share = 1;
  world x{cfg};
  auto& peer = x.server.add(x.media.fingerprint());
  peer.audience = {&peer};
  auto& transport = x.open(peer, {0.05, 15ms}, {0.05, 15ms});
  transport.publish(make_source(traffic::v1500, 1000));
  transport.add_consumer(make_consumer(traffic::v1500, 1000));
  REQUIRE(x.run_until(
      [&] { return transport.stats().video.sequence.received > 300; }));
  auto stats = transport.stats();
  CHECK(stats.impaired_in > 0);
  CHECK(stats.impaired_out > 0);
  CHECK(stats.video.sequence.lost > 10);
  CHECK(stats.video.latency.quantile(0.01) >= 29ms);
}

TEST_CASE("a wrong certificate fails the transport") {
  world x;
  auto& peer = x.server.add(x.media.fingerprint());
  auto cfg = x.server.describe(peer);
  cfg.fingerprints[0].value[0] =
      cfg.fingerprints[0].value[0] == '0' ? '1' : '0';
  bool closed = false;
  cfg.on_state = [&](media_transport& self, transport_state state) {
    if (state != transport_state::failed)
      return;
    // Also when it is called from a callback.
    x.media.close(self);
    closed = true;
  };
  REQUIRE(x.media.open(std::move(cfg)).has_value());
  CHECK(x.run_until([&] { return closed; }));
  CHECK(x.media.size() == 0);
}

namespace {

double cpu_seconds(clockid_t clock) {
  timespec x;
  clock_gettime(clock, &x);
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_nsec) * 1e-9;
}

/// One server thread, one generator thread (this); prints the latter's CPU.
void measure(traffic kind, size_t publishers, size_t receivers, bool gso) {
  boost::asio::io_context context{1};
  loop_config cfg;
  cfg.sockets.gso = gso;
  media_loop media{context, cfg};
  test::echo_server server;
  std::vector<test::echo_server::peer*> from;
  std::vector<test::echo_server::peer*> to;
  for (size_t i = 0; i < publishers; ++i)
    from.push_back(&server.add(media.fingerprint()));
  for (size_t i = 0; i < receivers; ++i)
    to.push_back(&server.add(media.fingerprint()));
  for (auto* x : from)
    x->audience = to;
  for (size_t i = 0; i < publishers; ++i)
    (*media.open(server.describe(*from[i])))
        ->publish(make_source(kind, static_cast<uint32_t>(1000 * (i + 1))));
  for (auto* x : to) {
    auto transport = *media.open(server.describe(*x));
    for (size_t i = 0; i < publishers; ++i)
      transport->add_consumer(
          make_consumer(kind, static_cast<uint32_t>(1000 * (i + 1))));
  }
  std::atomic<bool> done{false};
  std::thread thread{[&] {
    while (!done)
      server.run_once(10);
  }};
  context.run_for(3s);
  media.reset_stats();
  auto before = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
  context.run_for(5s);
  auto cpu = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - before;
  done = true;
  thread.join();
  auto sum = media.totals();
  auto health = media.health();
  auto ms = [](net::duration x) {
    return std::chrono::duration<double, std::milli>{x}.count();
  };
  auto packets = static_cast<double>(sum.rtp_in.packets + sum.rtp_out.packets);
  std::printf("%-6s %3zu -> %3zu%s: in %llu/s, out %llu/s, CPU %.1f %%, "
              "%.2f us a packet, lost %llu (kernel %llu), latency p50 %.2f "
              "p99 %.2f ms, lateness p99 %.2f ms\n",
              std::string{to_string(kind)}.c_str(), publishers, receivers,
              gso ? " gso" : "",
              static_cast<unsigned long long>(sum.rtp_in.packets / 5),
              static_cast<unsigned long long>(sum.rtp_out.packets / 5),
              cpu * 20, cpu * 1e6 / packets,
              static_cast<unsigned long long>(sum.audio.sequence.lost
                                              + sum.video.sequence.lost),
              static_cast<unsigned long long>(sum.kernel_drops),
              ms(is_audio(kind) ? sum.audio.latency.quantile(0.5)
                                : sum.video.latency.quantile(0.5)),
              ms(is_audio(kind) ? sum.audio.latency.quantile(0.99)
                                : sum.video.latency.quantile(0.99)),
              ms(health.lateness.quantile(0.99)));
}

} // namespace

TEST_CASE("the generator's CPU per packet" * doctest::skip()) {
  measure(traffic::audio, 10, 50, false);
  measure(traffic::v600, 1, 100, false);
  measure(traffic::v1500, 1, 100, false);
  measure(traffic::v1500, 200, 0, false);
  measure(traffic::v1500, 200, 0, true);
  measure(traffic::audio, 400, 0, false);
}
