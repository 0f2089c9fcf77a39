#include "rtp/send/forwarder.hpp"

#include "net/base/rng.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// A stream with a packet each 20 ms, and the sender reports on it.
struct reported_stream {
  explicit reported_stream(rtp::media_kind kind)
      : reported_stream(make(kind)) {}

  explicit reported_stream(const rtp::forwarder::config& settings)
      : engine(settings, *random) {}

  static rtp::forwarder::config make(rtp::media_kind kind) {
    rtp::forwarder::config x;
    x.kind = kind;
    x.ssrc = rtp::ssrc{5555};
    x.payload = rtp::payload_type{100};
    return x;
  }

  void know_source() {
    rtp::source_report report;
    report.ntp.value = uint64_t{1000} << 32;
    report.timestamp = sequence * 3000;
    report.arrival = now;
    engine.handle_source_report(report);
  }

  /// Returns how many reports are sent in this time.
  int reports_in(net::duration time) {
    int out = 0;
    for (auto end = now + time; now < end; now += 20ms, ++sequence) {
      packet_spec spec;
      spec.sequence = static_cast<uint16_t>(sequence);
      spec.timestamp = static_cast<uint32_t>(sequence * 3000);
      rtp::media_packet x{make_packet(spec, now), sequence, sequence * 3000};
      x.keyframe = x.start_of_frame = true;
      engine.handle_batch(media_of({x}), now);
      engine.handle_timeout(now);
      while (engine.poll_batch())
        continue;
      while (engine.poll_event())
        continue;
      out += engine.poll_rtcp() ? 1 : 0;
    }
    return out;
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(5);
  rtp::forwarder engine;
  net::time_point now = at(0ms);
  int64_t sequence = 65'500;
};

} // namespace

TEST_CASE("audio gets three sender reports soon, then one in five seconds") {
  reported_stream x{rtp::media_kind::audio};
  x.know_source();
  CHECK(x.reports_in(4600ms) >= 3);
  auto later = x.reports_in(100s);
  CHECK(later >= 13); // 7.5 s at most
  CHECK(later <= 30);
  // The same after a pause.
  x.engine.pause(x.now);
  x.engine.resume(x.now);
  CHECK(x.reports_in(4600ms) >= 3);
}

TEST_CASE("audio reports that could not be made do not count as the first") {
  reported_stream x{rtp::media_kind::audio};
  CHECK(x.reports_in(20s) == 0);
  x.know_source();
  CHECK(x.reports_in(4600ms) >= 3);
}

TEST_CASE("video gets a sender report each second") {
  reported_stream x{rtp::media_kind::video};
  x.know_source();
  auto count = x.reports_in(100s);
  CHECK(count >= 85);
  CHECK(count <= 115);
}

TEST_CASE("the reports of a continued stream tell this server's own time") {
  auto settings = reported_stream::make(rtp::media_kind::video);
  settings.continues = true;
  reported_stream x{settings};
  x.know_source();
  std::optional<std::vector<uint8_t>> report;
  while (!report) {
    packet_spec spec;
    spec.sequence = static_cast<uint16_t>(x.sequence);
    spec.timestamp = static_cast<uint32_t>(x.sequence * 3000);
    rtp::media_packet packet{make_packet(spec, x.now), x.sequence,
                             x.sequence * 3000};
    packet.keyframe = packet.start_of_frame = true;
    x.engine.handle_batch(media_of({packet}), x.now);
    ++x.sequence;
    x.now += 20ms;
    x.engine.handle_timeout(x.now);
    report = x.engine.poll_rtcp();
  }
  rtp::rtcp::compound_reader reader{*report};
  const auto message = reader.next();
  REQUIRE(message);
  const auto& ntp = std::get<rtp::rtcp::sender_report>(*message).info.ntp;
  const auto seconds = ntp.value >> 32;
  CHECK(seconds == static_cast<uint64_t>(x.now.time_since_epoch() / 1s));
}
