#include "rtp/send/forwarder.hpp"

#include "rtp/send/egress.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using rtp::forwarder;

namespace {

forwarder::config video() {
  auto x = forwarder::config{};
  x.ssrc = rtp::ssrc{5555};
  x.payload = rtp::payload_type{101};
  x.rtx_ssrc = rtp::ssrc{5556};
  x.rtx_payload = rtp::payload_type{102};
  x.mid = "3";
  x.cname = "someone";
  x.source_extensions = rtp::extension_map::defaults();
  x.extensions = rtp::extension_map::defaults();
  x.feedback = {true, true, true, true, false};
  return x;
}

struct fixture {
  std::unique_ptr<net::rng> random = net::make_seeded_rng(7);
  forwarder engine;
  std::vector<rtp::outgoing_packet> sent;
  int keyframes_wanted = 0;

  explicit fixture(forwarder::config x = video())
      : engine(std::move(x), *random) {}

  static rtp::media_packet media(int64_t sequence, net::duration when,
                                 bool key = false) {
    auto spec = packet_spec{};
    spec.sequence = static_cast<uint16_t>(sequence);
    spec.timestamp = static_cast<uint32_t>(sequence * 3000);
    spec.payload.assign(1000, 1);
    auto x = rtp::media_packet{make_packet(spec, at(when)), sequence,
                               sequence * 3000};
    x.keyframe = key;
    x.start_of_frame = true;
    return x;
  }

  void feed(int64_t sequence, net::duration when, bool key = false) {
    engine.handle_batch(media_of({media(sequence, when, key)}), at(when));
    drain();
  }

  void drain() {
    while (auto x = engine.poll_batch())
      for (auto& p : x->packets)
        sent.push_back(p);
    while (auto x = engine.poll_event())
      if (std::holds_alternative<rtp::keyframe_wanted>(*x))
        ++keyframes_wanted;
  }

  uint16_t number(size_t i) const {
    return sent.at(i).fields.sequence_number;
  }

  uint16_t step(size_t from, size_t to) const {
    return static_cast<uint16_t>(number(to) - number(from));
  }
};

} // namespace

TEST_CASE("video begins with a key frame, which is requested") {
  fixture x;
  x.feed(100000, 0ms);
  x.feed(100001, 5ms);
  CHECK(x.sent.empty());
  CHECK(x.keyframes_wanted == 1);
  x.feed(100002, 10ms, true);
  x.feed(100003, 15ms);
  REQUIRE(x.sent.size() == 2);
  CHECK(x.step(0, 1) == 1);
  auto& f = x.sent[0].fields;
  CHECK(rtp::value(f.ssrc) == 5555);
  CHECK(rtp::value(f.payload_type) == 101);
  CHECK(x.sent[1].fields.timestamp - f.timestamp == 3000);
}

TEST_CASE("audio begins at once") {
  auto config = video();
  config.kind = rtp::media_kind::audio;
  fixture x{config};
  x.feed(100000, 0ms);
  CHECK(x.sent.size() == 1);
  CHECK(x.keyframes_wanted == 0);
}

TEST_CASE("a pause leaves no gap in numbers but advances the timestamp") {
  fixture x;
  x.feed(100000, 0ms, true);
  x.feed(100001, 33ms);
  x.engine.pause(at(40ms));
  for (auto i = 0; i < 300; ++i)
    x.feed(100002 + i, 66ms + i * 33ms);
  CHECK(x.sent.size() == 2);
  x.engine.resume(at(10s));
  x.drain();
  CHECK(x.keyframes_wanted == 1);
  x.feed(100302, 10s);
  CHECK(x.sent.size() == 2);
  x.feed(100303, 10033ms, true);
  REQUIRE(x.sent.size() == 3);
  CHECK(x.step(1, 2) == 1);
  CHECK(x.sent[2].fields.timestamp - x.sent[1].fields.timestamp == 302 * 3000);
  auto stats = x.engine.stats(at(10s));
  CHECK(stats.drops.of(rtp::drop_reason::consumer_paused) == 300);
  CHECK(stats.drops.of(rtp::drop_reason::awaiting_keyframe) == 1);
}

TEST_CASE("loss leaves a hole, padding leaves none") {
  fixture x;
  x.feed(100000, 0ms, true);
  auto filler = fixture::media(100001, 1ms);
  filler.filler = true;
  x.engine.handle_batch(media_of({filler}), at(1ms));
  x.feed(100002, 2ms);
  x.feed(100004, 3ms);
  x.feed(100003, 4ms);
  REQUIRE(x.sent.size() == 4);
  CHECK(x.step(0, 1) == 1);
  CHECK(x.step(1, 2) == 2);
  CHECK(x.step(1, 3) == 1);
}

TEST_CASE("a NACK is answered by RTX with the number the receiver knows") {
  fixture x;
  for (auto i = 0; i < 10; ++i)
    x.feed(100000 + i, 33ms * i, i == 0);
  auto lost = std::vector<uint16_t>{x.number(4), x.number(6),
                                    static_cast<uint16_t>(x.number(9) + 1)};
  x.engine.handle_nack(lost, at(400ms));
  auto wanted = x.engine.poll_retransmission_request();
  REQUIRE(wanted);
  CHECK(*wanted == std::vector<rtp::packet_key>{{0, 100004}, {0, 100006}});
  x.engine.handle_retransmissions(media_of({fixture::media(100004, 132ms)}),
                                  at(401ms));
  x.drain();
  REQUIRE(x.sent.size() == 11);
  auto& rtx = x.sent[10];
  CHECK(rtx.original_sequence_number == x.number(4));
  CHECK(rtp::value(rtx.fields.ssrc) == 5556);
  CHECK(rtp::value(rtx.fields.payload_type) == 102);
  CHECK(rtx.fields.timestamp == x.sent[4].fields.timestamp);
}

TEST_CASE("without RTX no packet is sent twice") {
  auto config = video();
  config.rtx_ssrc.reset();
  config.rtx_payload.reset();
  fixture x{config};
  x.feed(100000, 0ms, true);
  x.engine.handle_nack(std::vector<uint16_t>{x.number(0)}, at(100ms));
  CHECK_FALSE(x.engine.poll_retransmission_request());
  x.engine.handle_retransmissions(media_of({fixture::media(100000, 0ms)}),
                                  at(101ms));
  x.drain();
  CHECK(x.sent.size() == 1);
}

TEST_CASE("a packet is requested from the producer at most ten times") {
  fixture x;
  x.feed(100000, 0ms, true);
  auto requests = 0;
  for (auto t = 0ms; t < 5s; t += 10ms) {
    x.engine.handle_nack(std::vector<uint16_t>{x.number(0)}, at(t));
    if (auto wanted = x.engine.poll_retransmission_request())
      requests += static_cast<int>(wanted->size());
  }
  CHECK(requests == 10);
}

TEST_CASE("the PLIs of one receiver become few requests") {
  fixture x;
  x.feed(100000, 0ms, true);
  for (auto t = 0ms; t < 1s; t += 1ms)
    x.engine.handle_keyframe_request(at(t));
  x.drain();
  CHECK(x.keyframes_wanted == 1);
  CHECK(x.engine.stats(at(1s)).keyframe_requests_received == 1000);
}

TEST_CASE("sender reports map the producer's instant to our timestamps") {
  fixture x;
  x.feed(100000, 0ms, true);
  auto report = rtp::source_report{};
  report.ntp.value = uint64_t{1000} << 32;
  report.timestamp = 100000 * 3000 + 900;
  report.arrival = at(10ms);
  x.engine.handle_source_report(report);
  x.engine.handle_timeout(at(2s));
  auto octets = x.engine.poll_rtcp();
  REQUIRE(octets);
  auto reader = rtp::rtcp::compound_reader{*octets};
  auto first = reader.next();
  REQUIRE(first);
  auto* sr = std::get_if<rtp::rtcp::sender_report>(&*first);
  REQUIRE(sr);
  auto age = std::chrono::duration<double>(1990ms).count();
  auto ntp = static_cast<double>(sr->info.ntp.value) / 4294967296.0;
  CHECK(ntp == doctest::Approx(1000 + age).epsilon(1e-6));
  CHECK(sr->info.rtp_timestamp == x.sent[0].fields.timestamp + 900 + 1990 * 90);
  CHECK(sr->info.packet_count == 1);
  CHECK(sr->info.octet_count == 1000);
  auto second = reader.next();
  REQUIRE(second);
  auto* names = std::get_if<rtp::rtcp::sdes>(&*second);
  REQUIRE(names);
  CHECK(names->cname(rtp::ssrc{5555}) == "someone");
  SUBCASE("the receiver's report then yields the round trip and the score") {
    auto block = rtp::rtcp::report_block{};
    block.ssrc = rtp::ssrc{5555};
    block.last_sender_report = sr->info.ntp.middle();
    block.delay_since_last_sender_report = rtp::to_compact_ntp(500ms);
    block.fraction_lost = 77;
    x.engine.handle_report_block(block, at(2560ms));
    auto stats = x.engine.stats(at(2560ms));
    REQUIRE(stats.round_trip_time);
    CHECK(std::chrono::round<std::chrono::milliseconds>(*stats.round_trip_time)
          == 60ms);
    CHECK(stats.score == 9);
  }
}

TEST_CASE("packets that waited too long are dropped until a key frame") {
  fixture x;
  x.feed(100000, 0ms, true);
  x.engine.handle_batch(media_of({fixture::media(100001, 33ms)}), at(300ms));
  x.feed(100002, 301ms);
  CHECK(x.sent.size() == 1);
  CHECK(x.keyframes_wanted == 1);
  x.feed(100003, 334ms, true);
  REQUIRE(x.sent.size() == 2);
  CHECK(x.step(0, 1) == 1);
}

TEST_CASE("another encoding takes over at its key frame") {
  auto config = video();
  config.layout = {rtp::layering::simulcast, 2, 1, false};
  fixture x{config};
  x.engine.set_layers(rtp::layers{0, 7}, at(0ms));
  x.feed(100000, 0ms, true);
  x.engine.set_layers(rtp::layers{1, 7}, at(10ms));
  x.drain();
  CHECK(x.keyframes_wanted == 1);
  auto other = fixture::media(777777, 20ms);
  other.encoding = 1;
  x.engine.handle_batch(media_of({other}), at(20ms));
  x.feed(100001, 33ms);
  CHECK(x.sent.size() == 2);
  other = fixture::media(777778, 66ms, true);
  other.encoding = 1;
  x.engine.handle_batch(media_of({other}), at(66ms));
  x.feed(100002, 67ms);
  REQUIRE(x.sent.size() == 3);
  CHECK(x.step(1, 2) == 1);
  CHECK(x.sent[2].fields.timestamp - x.sent[1].fields.timestamp == 33 * 90);
}

TEST_CASE("a frugal forwarder repeats no packet from before a restart") {
  auto config = video();
  config.layout = {rtp::layering::simulcast, 2, 1, false};
  fixture x{config};
  x.engine.set_layers(rtp::layers{0, 7}, at(0ms));
  x.feed(100000, 0ms, true);
  x.feed(100001, 33ms);
  x.engine.set_layers(rtp::layers{1, 7}, at(40ms));
  auto key = fixture::media(777777, 66ms, true);
  key.encoding = 1;
  x.engine.handle_batch(media_of({key}), at(66ms));
  auto batch = x.engine.poll_batch();
  REQUIRE(batch);
  CHECK(batch->begins_anew);
  x.sent.push_back(batch->packets.front());
  x.engine.handle_nack(std::vector<uint16_t>{x.number(1)}, at(68ms));
  CHECK(x.engine.poll_retransmission_request());
  x.engine.set_congested(true);
  x.engine.handle_nack(std::vector<uint16_t>{x.number(1)}, at(100ms));
  CHECK_FALSE(x.engine.poll_retransmission_request());
  // Packets requested before are not sent, either.
  x.engine.handle_retransmissions(media_of({fixture::media(100001, 33ms)}),
                                  at(101ms));
  CHECK_FALSE(x.engine.poll_batch());
  x.engine.handle_nack(std::vector<uint16_t>{x.number(2)}, at(102ms));
  CHECK(x.engine.poll_retransmission_request());
  // This holds while the numbers can be compared.
  for (auto i = 1; i < 40'000; ++i) {
    auto next = fixture::media(777777 + i, 66ms + i * 1ms);
    next.encoding = 1;
    x.engine.handle_batch(media_of({next}), at(66ms + i * 1ms));
    x.drain();
  }
  x.engine.handle_nack(
      std::vector<uint16_t>{x.sent.back().fields.sequence_number}, at(60s));
  CHECK(x.engine.poll_retransmission_request());
}

TEST_CASE("a receiver that lacks more than may be repeated gets a key frame") {
  fixture x;
  for (auto i = 0; i < 100; ++i)
    x.feed(100000 + i, 10ms * i, i == 0);
  auto wants_again = [&](int count) {
    std::vector<rtp::media_packet> found;
    for (auto i = 0; i < count; ++i)
      found.push_back(fixture::media(100099 - i, 10ms * (99 - i)));
    x.engine.handle_retransmissions(media_of(found), at(1s));
    x.drain();
  };
  wants_again(20);
  CHECK(x.sent.size() == 120);
  CHECK(x.keyframes_wanted == 0);
  wants_again(60);
  CHECK(x.sent.size() < 140);
  CHECK(x.keyframes_wanted == 1);
}

TEST_CASE("a consumer costs at most 4 KB") {
  fixture x;
  x.feed(100000, 0ms, true);
  x.engine.handle_nack(std::vector<uint16_t>{x.number(0)}, at(100ms));
  CAPTURE(x.engine.memory());
  CHECK(x.engine.memory() <= 4096);
}

namespace {

/// Packets `first` to `last`, one each 33 ms from 65530, which is a key frame.
rtp::media_batch group(int64_t first, int64_t last) {
  auto out = std::vector<rtp::media_packet>{};
  for (auto i = first; i <= last; ++i)
    out.push_back(fixture::media(i, (i - 65530) * 33ms, i == 65530));
  return media_of(out);
}

/// Checks for holes, repetitions and steps of the timestamps.
void check_continuous(const fixture& x) {
  for (auto i = size_t{1}; i < x.sent.size(); ++i) {
    CHECK(x.step(i - 1, i) == 1);
    CHECK(x.sent[i].fields.timestamp - x.sent[i - 1].fields.timestamp == 3000);
  }
}

} // namespace

TEST_CASE("only a stream that starts may begin with a replay") {
  fixture x;
  auto wanted = [&] {
    auto out = std::vector<bool>{};
    while (auto e = x.engine.poll_event())
      if (auto* w = std::get_if<rtp::keyframe_wanted>(&*e))
        out.push_back(w->start);
    return out;
  };
  x.engine.handle_connected(at(0ms));
  CHECK(wanted() == std::vector{true});
  x.engine.handle_batch(media_of({fixture::media(1, 10ms, true)}), at(10ms));
  (void)wanted();
  x.engine.handle_keyframe_request(at(2011ms)); // it is no newcomer any more
  CHECK(wanted() == std::vector{false});
  x.feed(2, 2100ms, true);
  x.engine.handle_overload(at(3s));
  CHECK(wanted() == std::vector{false});
  x.engine.pause(at(4s));
  x.engine.resume(at(5s));
  CHECK(wanted() == std::vector{true});
  // The receiver's own request is fulfilled by the replay, which follows it.
  x.engine.handle_keyframe_request(at(5100ms));
  x.engine.handle_replay(media_of({fixture::media(3, 4900ms, true)}),
                         at(5150ms));
  x.engine.handle_timeout(at(5200ms));
  CHECK(wanted().empty());
}

TEST_CASE("a replay starts the stream, and live packets continue it") {
  fixture x;
  x.engine.resume(at(0ms));
  x.engine.handle_batch(group(65535, 65537), at(264ms));  // waiting
  x.engine.handle_replay(group(65530, 65540), at(335ms)); // the first are old
  x.drain();
  CHECK(x.sent.size() == 11);
  // The batches overlap: each packet is sent once.
  x.engine.handle_batch(group(65538, 65542), at(400ms));
  x.engine.handle_batch(group(65543, 65544), at(465ms));
  x.drain();
  CHECK(x.sent.size() == 15);
  CHECK(x.sent[0].packet.sequence_number() == 65530);
  CHECK(x.sent[14].packet.sequence_number() == 8);
  check_continuous(x);
  // The request is satisfied, so none follows.
  x.engine.handle_timeout(at(5s));
  x.drain();
  CHECK(x.keyframes_wanted == 1);
  CHECK(x.engine.stats(at(1s)).drops.of(rtp::drop_reason::duplicate) == 3);
}

TEST_CASE("our sequence numbers wrap within a replay") {
  // The sequence starts at a random number, so run up to the wrap.
  fixture x;
  auto n = int64_t{0};
  x.feed(n, 0ms, true);
  while (x.sent.back().fields.sequence_number != 65530) {
    x.sent.clear();
    x.feed(++n, 0ms);
  }
  x.sent.clear();
  x.engine.pause(at(1ms));
  x.engine.resume(at(2ms));
  auto packets = std::vector<rtp::media_packet>{};
  for (auto i = n + 1; i <= n + 20; ++i)
    packets.push_back(fixture::media(i, 1ms, i == n + 1));
  x.engine.handle_replay(media_of(packets), at(3ms));
  x.drain();
  REQUIRE(x.sent.size() == 20);
  CHECK(x.number(0) == 65531);
  CHECK(x.number(19) == 14);
  check_continuous(x);
}

TEST_CASE(
    "a replay is ignored once a key frame came, or for another encoding") {
  fixture x;
  x.engine.handle_connected(at(0ms));
  auto other = fixture::media(5, 0ms, true);
  other.encoding = 1;
  x.engine.handle_replay(media_of({other}), at(1ms));
  x.drain();
  CHECK(x.sent.empty());
  x.engine.handle_batch(group(65530, 65531), at(33ms));
  x.engine.handle_replay(group(65530, 65535), at(40ms));
  x.engine.handle_batch(group(65532, 65536), at(200ms));
  x.drain();
  CHECK(x.sent.size() == 7);
  check_continuous(x);
  x.engine.pause(at(300ms));
  x.engine.handle_replay(group(65530, 65540), at(301ms));
  x.drain();
  CHECK(x.sent.size() == 7);
}

TEST_CASE("after a short pause only the rest of the group is sent") {
  fixture x;
  x.engine.handle_batch(group(65530, 65534), at(150ms));
  x.engine.pause(at(160ms));
  x.engine.resume(at(360ms));
  x.engine.handle_replay(group(65530, 65540), at(361ms));
  x.engine.handle_batch(group(65541, 65541), at(365ms));
  x.drain();
  CHECK(x.sent.size() == 12);
  check_continuous(x);
}

TEST_CASE("a replay that cannot continue the sent packets is refused") {
  fixture x;
  x.engine.handle_batch(group(65530, 65532), at(80ms));
  x.engine.handle_batch(group(65533, 65533), at(1s)); // too old, left out
  x.engine.pause(at(1100ms));
  x.engine.resume(at(1200ms));
  x.drain();
  x.keyframes_wanted = 0;
  x.engine.handle_replay(group(65530, 65540), at(1201ms));
  x.engine.handle_timeout(at(1400ms));
  x.drain();
  CHECK(x.sent.size() == 3);
  CHECK(x.keyframes_wanted == 1);
}

TEST_CASE("a request from before the transport was ready is repeated then") {
  fixture x;
  x.feed(1000, 0ms);
  REQUIRE(x.keyframes_wanted == 1);
  x.engine.handle_connected(at(50ms));
  x.engine.handle_keyframe_request(at(60ms)); // rate-limited again
  x.drain();
  CHECK(x.keyframes_wanted == 2);
}

TEST_CASE("packets from before the transport was ready are sent again") {
  fixture x;
  x.engine.handle_batch(group(65530, 65534), at(150ms));
  x.drain();
  x.engine.handle_connected(at(160ms), {x.number(4), {}});
  x.engine.handle_replay(group(65530, 65536), at(200ms));
  x.drain();
  REQUIRE(x.sent.size() == 12);
  for (auto i = size_t{1}; i < x.sent.size(); ++i)
    CHECK(x.step(i - 1, i) == 1);
  CHECK(x.sent[5].packet.sequence_number() == 65530);
  CHECK(x.sent[5].fields.timestamp == x.sent[0].fields.timestamp);
}
