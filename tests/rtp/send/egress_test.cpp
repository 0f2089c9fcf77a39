#include "tests/rtp/send/paced_egress.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("packets are sent in order, numbered transport-wide and stamped") {
  rtp::egress x;
  auto ids = rtp::extension_map::defaults();
  x.handle_batch({headers(), {outgoing(1), outgoing(2)}}, at(1s));
  x.handle_batch({headers(), {outgoing(3)}}, at(2s));
  auto last = std::optional<uint16_t>{};
  for (auto i = uint16_t{1}; i <= 3; ++i) {
    auto p = take(x, at(2s));
    REQUIRE(p);
    CHECK(p->sequence_number() == i);
    CHECK(rtp::value(p->ssrc()) == 5555);
    CHECK(rtp::read_mid(*p, ids) == "12");
    CHECK(rtp::read_abs_send_time(*p, ids) == rtp::to_abs_send_time(at(2s)));
    auto number = rtp::read_transport_cc(*p, ids);
    REQUIRE(number);
    if (last)
      CHECK(*number == *last + 1);
    last = number;
  }
  CHECK_FALSE(x.poll_packet());
  CHECK(x.stats(at(2s)).packets == 3);
}

TEST_CASE("a retransmission has the original number in its payload") {
  rtp::egress x;
  auto p = outgoing(9);
  p.original_sequence_number = 0x1234;
  x.handle_batch({headers(), {p}}, at(1s));
  auto sent = take(x, at(1s));
  REQUIRE(sent);
  CHECK(sent->sequence_number() == 9);
  auto payload = sent->payload();
  CHECK(octet_vector(payload.begin(), payload.end())
        == octet_vector{0x12, 0x34, 0x10, 0x01, 2, 3});
  CHECK(x.stats(at(1s)).rtx_packets == 1);
}

TEST_CASE("feedback is matched with each sent packet once") {
  rtp::egress x;
  for (auto i = uint16_t{0}; i < 5; ++i)
    x.handle_batch({headers(), {outgoing(i)}}, at(i * 10ms));
  auto ids = rtp::extension_map::defaults();
  auto first = rtp::read_transport_cc(*take(x, at(0ms)), ids);
  while (x.poll_packet()) {
  }
  REQUIRE(first);
  rtp::rtcp::transport_cc_builder builder;
  builder.start(*first, 100ms);
  builder.add(*first, 100ms);
  builder.add(*first + 2, 120ms);
  builder.add(*first + 900, 130ms);
  rtp::rtcp::compound_builder packet;
  // It reports more packets than we sent; they must not match any.
  REQUIRE((packet.add_transport_cc(rtp::ssrc{1}, rtp::ssrc{2}, 0, builder)
           || builder.size() > 0));
  auto reader = rtp::rtcp::compound_reader{packet.bytes()};
  auto message = reader.next();
  REQUIRE(message);
  auto& feedback = std::get<rtp::rtcp::transport_cc>(*message);
  auto results = x.handle_transport_feedback(feedback, at(200ms));
  REQUIRE(results.size() >= 3);
  // Lost packets come after those that arrived.
  CHECK(results[0].received);
  CHECK(results[1].received);
  CHECK_FALSE(results[2].received);
  CHECK(results.size() <= 5);
  auto again = x.handle_transport_feedback(feedback, at(201ms));
  for (auto& r : again)
    CHECK_FALSE(r.received);
}

TEST_CASE("an overtaken packet is lost only beyond the reordering window") {
  rtp::egress x;
  std::vector<uint16_t> numbers;
  auto ids = rtp::extension_map::defaults();
  for (auto i = uint16_t{0}; i < 40; ++i) {
    x.handle_batch({headers(), {outgoing(i)}}, at(i * 10ms));
    numbers.push_back(*rtp::read_transport_cc(*take(x, at(i * 10ms)), ids));
  }
  auto report = [&](std::vector<std::pair<size_t, net::duration>> arrivals,
                    net::duration when) {
    rtp::rtcp::transport_cc_builder builder;
    builder.start(numbers[arrivals[0].first], arrivals[0].second);
    for (auto& [i, arrival] : arrivals)
      builder.add(numbers[i], arrival);
    octet_vector wire(1400);
    wire.resize(*builder.build(rtp::ssrc{1}, rtp::ssrc{2}, 0, wire));
    rtp::rtcp::compound_reader reader{wire};
    auto message = reader.next();
    return x
        .handle_transport_feedback(std::get<rtp::rtcp::transport_cc>(*message),
                                   at(when))
        .size();
  };
  // 1 is missing, and no packet has been overtaken yet.
  CHECK(report({{0, 30ms}, {2, 50ms}}, 60ms) == 3);
  CHECK(x.stats(at(60ms)).feedback_lost == 1);
  // It arrives after all: from now on others get as much time.
  CHECK(report({{1, 70ms}, {2, 50ms}, {4, 80ms}}, 90ms) == 2);
  CHECK(report({{5, 90ms}, {7, 100ms}}, 110ms) == 3); // 3 is lost, 6 not yet
  CHECK(x.stats(at(110ms)).feedback_lost == 2);
  CHECK(report({{6, 110ms}, {8, 120ms}}, 130ms) == 2);
  CHECK(x.stats(at(130ms)).feedback_lost == 2);
}

// -- pacing and probes --------------------------------------------------------

TEST_CASE("audio is sent first, then retransmissions, then video") {
  paced_egress x{1e9};
  x.engine.handle_batch(x.make(rtp::media_kind::video, 2, 1), x.now);
  auto again = x.make(rtp::media_kind::video, 1, 2);
  again.packets[0].original_sequence_number = 7;
  x.engine.handle_batch(std::move(again), x.now);
  x.engine.handle_batch(x.make(rtp::media_kind::audio, 1, 3), x.now);
  SUBCASE("where each packet leaves by itself") {
    CHECK(x.flush() == std::vector<uint32_t>{3, 2, 1, 1});
  }
  SUBCASE("but last, where it ends a run of video") {
    x.coalesces = true;
    CHECK(x.flush() == std::vector<uint32_t>{2, 1, 1, 3});
  }
}

TEST_CASE("audio is first on a link that carries less than is wanted") {
  paced_egress x{3e6};
  x.coalesces = true;
  x.send(1e6, 3s);
  auto first = [&](uint64_t wanted) {
    x.engine.set_wanted(wanted);
    x.engine.handle_batch(x.make(rtp::media_kind::video, 2, 1), x.now);
    x.engine.handle_batch(x.make(rtp::media_kind::audio, 1, 3), x.now);
    return x.flush().front();
  };
  CHECK(first(1'000'000'000) == 3);
  CHECK(first(100'000) == 1);
}

TEST_CASE("audio does not wait behind a long key frame") {
  paced_egress x{1e9};
  x.coalesces = true;
  for (size_t length : {8u, 9u}) {
    CAPTURE(length);
    x.engine.handle_batch(x.make(rtp::media_kind::video, length, 1), x.now);
    x.engine.handle_batch(x.make(rtp::media_kind::audio, 1, 3), x.now);
    auto sent = x.flush();
    REQUIRE(sent.size() == length + 1);
    CHECK(sent.front() == (length == 8 ? 1u : 3u));
    CHECK(sent.back() == (length == 8 ? 3u : 1u));
  }
}

TEST_CASE("larger audio is sent first, and each stream keeps its order") {
  paced_egress x{1e9};
  x.engine.handle_batch(x.make(rtp::media_kind::audio, 1, 3, 80), x.now);
  x.engine.handle_batch(x.make(rtp::media_kind::audio, 1, 4, 90), x.now);
  x.engine.handle_batch(x.make(rtp::media_kind::audio, 1, 5, 100), x.now);
  x.engine.handle_batch(x.make(rtp::media_kind::audio, 1, 4, 120), x.now);
  CHECK(x.flush() == std::vector<uint32_t>{5, 4, 4, 3});
}

TEST_CASE("nothing is held back on an uncongested link") {
  paced_egress x{100e6};
  x.send(2e6, 5s);
  x.engine.handle_batch(x.make(rtp::media_kind::video, 300), x.now);
  CHECK(x.flush().size() == 300);
  CHECK_FALSE(x.engine.poll_timeout());
}

TEST_CASE("on a full link video is paced and audio is not") {
  paced_egress x{500e3};
  x.send(1e6, 4s);
  x.engine.handle_batch(x.make(rtp::media_kind::video, 100, 1), x.now);
  x.engine.handle_batch(x.make(rtp::media_kind::audio, 5, 3), x.now);
  auto sent = x.flush();
  REQUIRE(sent.size() >= 5);
  CHECK(sent.size() < 30);
  CHECK(std::count(sent.begin(), sent.end(), 3u) == 5);
  CHECK(sent[0] == 3);
  REQUIRE(x.engine.poll_timeout());
  CHECK(*x.engine.poll_timeout() > x.now);
}

TEST_CASE("video that waits too long is dropped and its stream is reported") {
  paced_egress x{300e3};
  x.send(1e6, 4s);
  while (x.engine.poll_dropped())
    continue;
  x.engine.handle_batch(x.make(rtp::media_kind::video, 200, 1), x.now);
  x.engine.handle_batch(x.make(rtp::media_kind::video, 1, 2), x.now);
  for (auto i = 0; i < 40; ++i, x.now += 50ms)
    x.flush();
  std::vector<uint32_t> named;
  while (auto which = x.engine.poll_dropped())
    named.push_back(rtp::value(*which));
  CHECK(std::count(named.begin(), named.end(), 1u) >= 1);
  CHECK(std::count(named.begin(), named.end(), 2u) >= 1);
  CHECK(x.engine.stats(x.now).drops.of(rtp::drop_reason::overload) > 100);
}

TEST_CASE("packets that wait while the server is late are not dropped") {
  for (auto stall : {150ms, 400ms, 900ms}) {
    CAPTURE(stall.count());
    paced_egress x{500e3};
    x.send(1e6, 4s);
    while (x.engine.poll_dropped())
      continue;
    for (auto i = 0; i < 700; ++i, x.now += 5ms)
      x.flush();
    auto before = x.engine.stats(x.now).drops.of(rtp::drop_reason::overload);
    // More than may be sent at once, but not so much that it waits too long.
    x.engine.handle_batch(x.make(rtp::media_kind::video, 12, 1), x.now);
    auto sent = x.flush().size();
    REQUIRE(sent < 12);
    REQUIRE(x.engine.poll_timeout());
    x.now += stall;
    for (auto i = 0; i < 40; ++i, x.now += 10ms)
      sent += x.flush().size();
    CHECK(sent == 12);
    CHECK(x.engine.stats(x.now).drops.of(rtp::drop_reason::overload) == before);
    CHECK_FALSE(x.engine.has_dropped());
  }
}

TEST_CASE("a key frame replaces the waiting packets of its stream") {
  paced_egress x{300e3};
  x.send(1e6, 4s);
  while (x.engine.poll_dropped())
    continue;
  x.engine.handle_batch(x.make(rtp::media_kind::video, 40), x.now);
  auto again = x.make(rtp::media_kind::video, 3);
  for (auto& y : again.packets)
    y.original_sequence_number = 7;
  x.engine.handle_batch(std::move(again), x.now);
  x.engine.handle_batch(x.make(rtp::media_kind::video, 1, 2), x.now);
  x.flush();
  x.now += 100ms;
  auto first = x.sequence;
  auto key = x.make(rtp::media_kind::video, 3);
  key.begins_anew = true;
  x.engine.handle_batch(std::move(key), x.now);
  // It is sent without the packets before it; others lose nothing.
  std::string sent;
  for (auto i = 0; i < 40; ++i, x.now += 50ms) {
    x.engine.handle_timeout(x.now);
    while (auto p = take(x.engine, x.now))
      sent += p->ssrc() == rtp::ssrc{2}
                  ? "other "
                  : std::to_string(p->sequence_number() - first) + " ";
  }
  CHECK(sent == "other 0 1 2 ");
  CHECK_FALSE(x.engine.poll_dropped());
}

TEST_CASE("a receiver that is busy for moments loses no video") {
  for (auto busy : {100ms, 200ms, 400ms}) {
    CAPTURE(busy.count());
    paced_egress x{100e6};
    x.busy_for = busy;
    x.send(2e6, 60s);
    CHECK(x.engine.stats(x.now).drops.total() == 0);
    CHECK_FALSE(x.engine.congested(x.now));
    x.engine.handle_batch(x.make(rtp::media_kind::video, 50), x.now);
    CHECK(x.flush().size() == 50);
  }
}

TEST_CASE("audio is sent at once and whole for any feedback of a receiver") {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    paced_egress x{500e3};
    x.engine.set_probing(true);
    x.engine.set_wanted(5'000'000);
    for (int i = 0; i < 1500; ++i, x.now += 10ms) {
      x.engine.handle_batch(x.make(rtp::media_kind::video, random() % 8, 1),
                            x.now);
      x.engine.handle_batch(x.make(rtp::media_kind::audio, 1, 3, 80), x.now);
      auto sent = x.flush();
      REQUIRE(std::count(sent.begin(), sent.end(), 3u) == 1);
      if (random() % 3 == 0)
        x.engine.handle_remb(uint64_t{random()} << (random() % 30), x.now);
      // Report some of the packets, with impossible times.
      rtp::rtcp::transport_cc_builder builder;
      auto base = static_cast<int64_t>(70'000 + random() % 100'000);
      auto when = net::duration{static_cast<int64_t>(random()) * 1000};
      builder.start(base, when);
      for (int j = 0; j < 40; ++j)
        builder.add(base + j * static_cast<int64_t>(1 + random() % 3),
                    when + std::chrono::microseconds{random() % 1'000'000});
      octet_vector wire(1400);
      if (auto size = builder.build(rtp::ssrc{1}, rtp::ssrc{2}, 0, wire)) {
        rtp::rtcp::compound_reader reader{{wire.data(), *size}};
        if (auto message = reader.next())
          if (auto* cc = std::get_if<rtp::rtcp::transport_cc>(&*message))
            x.engine.handle_transport_feedback(*cc, x.now);
      }
      REQUIRE(x.engine.link_bps().value_or(30'000) >= 30'000);
      REQUIRE(x.engine.link_bps().value_or(30'000) <= 1'000'000'000);
    }
  }
}

TEST_CASE(
    "a packet touches at most six cache lines of its transport's egress") {
  rtp::egress x;
  CHECK(x.hot_octets() <= 6 * 64);
}
