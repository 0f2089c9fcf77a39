#include "rtp/recording/track_recorder.hpp"

#include "tests/rtp/recording/recorded_sender.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr sent_codec all_codecs[] = {sent_codec::vp8,     sent_codec::vp9,
                                     sent_codec::vp9_svc, sent_codec::h264,
                                     sent_codec::av1,     sent_codec::opus};

recorded_track::config sender_of(sent_codec x, uint32_t seed = 1) {
  recorded_track::config out;
  out.codec = x;
  out.seed = seed;
  if (x == sent_codec::opus) {
    out.interval = 20ms;
    out.key_every = 1;
  }
  return out;
}

double recorded_part(const recorded_track& x) {
  size_t originals = 0;
  for (const auto& frame : x.frames)
    originals += x.original(frame).has_value();
  return static_cast<double>(originals)
         / static_cast<double>(x.originals.size());
}

/// The decoded audio lasts from its first frame to the end, and whatever was
/// recorded is where it was heard.
void check_length(const recorded_track& x, net::duration end) {
  REQUIRE(!x.frames.empty());
  auto first = x.frames.front().time;
  CHECK(std::chrono::abs(x.decoded() - (end - first)) <= 40ms);
  auto least = net::duration::max();
  auto most = net::duration::min();
  for (const auto& frame : x.frames)
    if (auto number = x.original(frame)) {
      auto late = frame.time - (x.originals[*number].captured - at(0ms));
      least = std::min(least, late);
      most = std::max(most, late);
    }
  CHECK(most - least <= 20ms);
}

} // namespace

TEST_CASE("without loss every frame of every codec is recorded as it was") {
  for (auto what : all_codecs) {
    CAPTURE(static_cast<int>(what));
    recorded_track x{sender_of(what)};
    x.run(20s);
    x.finish(20s);
    CHECK(x.frames.size() >= x.originals.size() - 2);
    CHECK(all_whole(x));
    CHECK(x.recorder.stats().frame_drops.total() == 0);
    CHECK(x.requests.empty());
    CHECK(x.frames.front().kind == codec_of(what));
  }
}

TEST_CASE("with late repairs and reordering, almost all frames are recorded") {
  for (auto what : all_codecs)
    for (uint32_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(static_cast<int>(what));
      CAPTURE(seed);
      auto config = sender_of(what, seed);
      recorded_track x{config};
      x.run(100ms); // what comes before the first packet is not waited for
      x.cfg.network = {.loss = 0.05,
                       .repaired = 1,
                       .repair_from = 60ms,
                       .repair_to = 900ms,
                       .reordered = 0.1,
                       .duplicated = 0.05,
                       .jitter = 20ms};
      x.run(60s);
      x.sending = false; // the last repairs come
      x.run(62s);
      x.finish(62s);
      CHECK(recorded_part(x) >= 0.99);
      if (what != sent_codec::opus)
        CHECK(all_whole(x));
    }
}

TEST_CASE("with loss that nothing repairs, no broken frame is recorded") {
  for (auto what : all_codecs) {
    if (what == sent_codec::opus)
      continue;
    for (uint32_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(static_cast<int>(what));
      CAPTURE(seed);
      auto config = sender_of(what, seed);
      config.network = {.loss = 0.03,
                        .repaired = 0.5,
                        .repair_to = 2s,
                        .reordered = 0.1,
                        .duplicated = 0.05};
      recorded_track x{config};
      x.run(60s);
      x.finish(60s);
      CHECK(all_whole(x));
      CHECK(x.frames.size() > 20);
      // Each frame was recorded or dropped for one reason, but for those that
      // did not arrive at all.
      CHECK(x.frames.size() + x.recorder.stats().frame_drops.total()
            <= x.originals.size());
      for (size_t i = 1; i < x.requests.size(); ++i)
        CHECK(x.requests[i] - x.requests[i - 1] >= 1s);
    }
  }
}

TEST_CASE("a hole costs the frames up to the next key frame") {
  auto config = sender_of(sent_codec::vp8);
  config.key_every = 100'000;
  recorded_track x{config};
  x.run(5s);
  CHECK(x.requests.empty());
  auto before = x.frames.size();
  // One frame is lost; its hole is given up after a second.
  x.cfg.network.loss = 1;
  x.cfg.network.repaired = 0;
  x.run(5040ms);
  x.cfg.network.loss = 0;
  x.run(6s);
  CHECK(x.frames.size() <= before + 2);
  CHECK(x.requests.empty());
  x.run(7s);
  CHECK(x.requests.size() == 1);
  x.run(10s);
  CHECK(x.requests.size() == 1);
  CHECK(x.frames.size() > before + 60);
  CHECK(all_whole(x));
  auto drops = x.recorder.stats().frame_drops;
  CHECK(drops.of(rtp::frame_drop::awaiting_keyframe) >= 25);
}

TEST_CASE("a key frame is asked for once a second until it comes") {
  auto config = sender_of(sent_codec::vp8);
  recorded_track x{config};
  x.heeds_requests = false;
  x.cfg.key_every = 1'000'000;
  x.cfg.first_key = false;
  x.run(5500ms);
  CHECK(x.frames.empty());
  CHECK(x.requests.size() == 6);
  x.heeds_requests = true;
  x.run(10s);
  CHECK(!x.frames.empty());
  CHECK(x.requests.size() == 7);
  CHECK(x.recorder.stats().keyframe_requests == 7);
}

TEST_CASE("decoded audio lasts as long as the clock") {
  recorded_track x{sender_of(sent_codec::opus)};
  SUBCASE("with loss") {
    x.cfg.network = {.loss = 0.2, .repaired = 0.3, .repair_to = 2s};
  }
  SUBCASE("with a hole of two seconds") {
    x.run(10s);
    x.cfg.network = {.loss = 1, .repaired = 0};
    x.run(12s);
    x.cfg.network = {};
  }
  SUBCASE("with discontinuous transmission") {
    x.left_out = [](int n) {
      return n % 200 > 50 && n % 20 != 0;
    };
  }
  SUBCASE("with sound that stops for good") {
    x.run(10s);
    x.sending = false;
  }
  x.run(30s);
  x.finish(30s);
  check_length(x, 30s);
}

TEST_CASE("decoded audio lasts as long as the clock through pauses") {
  recorded_track x{sender_of(sent_codec::opus)};
  x.run(10s);
  x.sending = false;
  SUBCASE("that the recorder knows of") {
    x.recorder.handle_pause(x.now());
    x.drain();
    x.run(17s);
    x.recorder.handle_resume(x.now());
  }
  SUBCASE("that stop the sender's media clock") {
    x.media_clock_stops = true;
    x.recorder.handle_pause(x.now());
    x.drain();
    x.run(17s);
    x.recorder.handle_resume(x.now());
  }
  SUBCASE("of a minute without packets") {
    x.run(70s);
  }
  SUBCASE("of a minute in which the media clock stops, too") {
    x.media_clock_stops = true;
    x.run(70s);
  }
  x.sending = true;
  x.run(90s);
  x.finish(90s);
  check_length(x, 90s);
}

TEST_CASE("while audio is paused, silence is recorded as time goes by") {
  recorded_track x{sender_of(sent_codec::opus)};
  x.run(10s);
  x.sending = false;
  x.recorder.handle_pause(x.now());
  x.run(20s);
  CHECK(x.frames.back().time >= 20s - 1500ms);
  CHECK(x.frames.back().time <= 20s - 1100ms);
  CHECK(x.recorder.stats().silence_packets > 400);
}

TEST_CASE("packets of a paused producer are dropped, and video begins anew") {
  auto config = sender_of(sent_codec::vp8);
  config.key_every = 100'000;
  recorded_track x{config};
  x.run(5s);
  x.recorder.handle_pause(x.now());
  x.drain();
  auto before = x.frames.size();
  x.run(7s);
  CHECK(x.frames.size() == before);
  CHECK(x.requests.empty());
  x.recorder.handle_resume(x.now());
  x.run(10s);
  CHECK(x.requests.size() == 1);
  CHECK(x.frames.size() > before + 80);
  CHECK(all_whole(x));
  CHECK(x.recorder.stats().packet_drops.of(rtp::drop_reason::producer_paused)
        > 100);
}

TEST_CASE("of simulcast the highest encoding that arrives is recorded") {
  auto config = rtp::track_recorder::config{};
  config.start = at(0ms);
  rtp::track_recorder recorder{config};
  std::array<frame_maker, 2> makers{frame_maker{sent_codec::vp8, 1},
                                    frame_maker{sent_codec::vp8, 2}};
  std::array<int64_t, 2> sequences{100, 90'000};
  std::vector<std::pair<net::duration, uint8_t>> recorded; // with the encoding
  std::vector<std::pair<net::duration, uint8_t>> requests;
  std::map<frame_octets, uint8_t> origin;
  std::array<bool, 2> key{true, true};
  auto send = [&](uint8_t encoding, net::duration when) {
    auto is_key = std::exchange(key[encoding], false);
    auto frame = makers[encoding].next(is_key);
    origin[frame.stored] = encoding;
    for (size_t i = 0; i < frame.payloads.size(); ++i) {
      auto spec = packet_spec{};
      spec.payload = frame.payloads[i];
      spec.marker = i + 1 == frame.payloads.size();
      auto packet =
          rtp::media_packet{make_packet(spec, at(when)), sequences[encoding]++};
      packet.timestamp = when / 1ms * 90 + 5'000'000 * encoding;
      packet.encoding = encoding;
      packet.start_of_frame = i == 0;
      packet.keyframe = is_key && i == 0;
      recorder.handle_packet(packet, at(when));
      while (auto x = recorder.poll_frame())
        recorded.emplace_back(when, origin.at(x->octets));
      while (auto x = recorder.poll_keyframe_request()) {
        requests.emplace_back(when, *x);
        key[*x] = true;
      }
    }
  };
  for (auto t = 0ms; t < 20s; t += 40ms) {
    if (t < 6s || t >= 14s)
      send(0, t);
    if (t >= 10s && t < 16s)
      send(1, t);
  }
  auto at_time = [&](net::duration x) {
    auto out = -1;
    for (const auto& [when, encoding] : recorded)
      if (when <= x)
        out = encoding;
    return out;
  };
  // Frames wait for reports for 5 s at first, and when the encoding changes.
  CHECK(at_time(5900ms) == 0);
  CHECK(at_time(15900ms) == 1);
  CHECK(at_time(19900ms) == 1);
  recorder.finish(at(20s));
  while (auto x = recorder.poll_frame())
    recorded.emplace_back(20s, origin.at(x->octets));
  CHECK(recorded.back().second == 0);
  CHECK(recorder.stats().packet_drops.of(rtp::drop_reason::other_layer) > 0);
  CHECK(requests.size() == 1);
  CHECK(requests.front().second == 0);
}

TEST_CASE("frames that wait for reports are bounded") {
  recorded_track x{sender_of(sent_codec::vp8)};
  x.reporting = false;
  x.cfg.interval = 1ms;
  x.run(2600ms);
  CHECK(x.frames.size() > 500);
}
