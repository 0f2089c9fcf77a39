// Changing sources, with each backend and with libsrtp2.

#include "tests/net/srtp/srtp_differential.hpp"

using namespace troupe::net;
using namespace troupe::test;

namespace {

const packet some_payload(30, 1);

packet media(backend_pair& r, rng& random, uint32_t ssrc, uint32_t sequence) {
  return r.send(make_rtp_header(ssrc, static_cast<uint16_t>(sequence), random),
                some_payload);
}

// A client of a rig's receivers, with an unlimited number of sources.
struct client {
  explicit client(backend_pair& to) : r(to) {}

  bool send(uint32_t ssrc, uint32_t sequence, rng& random) {
    auto ok = r.receive(media(r, random, ssrc, sequence));
    r.retire_sent(ssrc);
    return ok;
  }

  backend_pair& r;
};

} // namespace

TEST_CASE("sources that are not kept give way to new ones") {
  for_each_suite([](backend_pair& r, rng& random) {
    r.keep(7);
    REQUIRE(r.receive(media(r, random, 7, 1)));
    client peer{r};
    for (uint32_t ssrc = 1000; ssrc < 1000 + 3 * 1024; ++ssrc)
      REQUIRE(peer.send(ssrc, 1, random));
    // The kept source was silent, and its state is unchanged.
    auto again = media(r, random, 7, 2);
    REQUIRE(r.receive(again));
    CHECK_FALSE(r.receive(again));
    CHECK(r.error() == srtp_error::replayed);
  });
}

TEST_CASE("a receiver keeps 1024 sources and refuses one more") {
  for_each_suite([](backend_pair& r, rng& random) {
    for (uint32_t ssrc = 0; ssrc < 1024; ++ssrc) {
      r.keep(ssrc);
      REQUIRE(r.receive(media(r, random, ssrc, 1)));
    }
    REQUIRE_FALSE(r.receive(media(r, random, 5000, 1)));
    CHECK(r.error() == srtp_error::exhausted);
    auto plain = make_rtcp(5000, 28, random);
    REQUIRE_FALSE(r.receive_rtcp(r.send_rtcp(plain)));
    CHECK(r.error() == srtp_error::exhausted);
    CHECK(r.receive(media(r, random, 77, 2)));
    r.retire_received(78);
    CHECK(r.receive(media(r, random, 5000, 2)));
  });
}

TEST_CASE("ten thousand sources are received, one after the other") {
  for_each_suite([](backend_pair& r, rng& random) {
    for (uint32_t ssrc = 1; ssrc <= 10'000; ++ssrc) {
      r.keep(ssrc);
      auto wire = media(r, random, ssrc, ssrc);
      REQUIRE_FALSE(wire.empty());
      REQUIRE(r.receive(wire));
      REQUIRE_FALSE(r.receive(wire));
      r.retire_received(ssrc);
      r.retire_sent(ssrc);
      REQUIRE_FALSE(r.receive(wire));
      REQUIRE(r.error() == srtp_error::replayed);
    }
    CHECK(r.sender->exhausted() == 0);
    CHECK(r.ref_sender->exhausted() == 0);
  });
}

TEST_CASE("a source that returns continues, and its replays are refused") {
  for_each_suite([](backend_pair& r, rng& random) {
    for (uint32_t last : {0u, 5u, 65535u, 65536u, 200'000u}) {
      CAPTURE(last);
      auto ssrc = 100 + last;
      r.keep(ssrc);
      std::vector<packet> before;
      for (uint32_t i = last > 300'000 ? 0 : last % 20'000; i <= last;
           i += 20'000) {
        before.push_back(media(r, random, ssrc, i));
        REQUIRE(r.receive(before.back()));
      }
      auto report = r.send_rtcp(make_rtcp(ssrc, 28, random));
      REQUIRE(r.receive_rtcp(report));
      auto missed = media(r, random, ssrc, last + 1);
      r.retire_received(ssrc);
      for (auto kept : {false, true}) {
        if (kept)
          r.keep(ssrc);
        for (const auto& x : before)
          REQUIRE_FALSE(r.receive(x));
        REQUIRE_FALSE(r.receive_rtcp(report));
        REQUIRE(r.error() == srtp_error::replayed);
      }
      auto next = media(r, random, ssrc, last + 3);
      REQUIRE(r.receive(next));
      REQUIRE_FALSE(r.receive(next));
      REQUIRE(r.receive(missed));
      REQUIRE_FALSE(r.receive(before.back()));
      REQUIRE(r.receive_rtcp(r.send_rtcp(make_rtcp(ssrc, 28, random))));
      REQUIRE_FALSE(r.receive_rtcp(report));
    }
  });
}

TEST_CASE("an ended source that returns without keep() is remembered") {
  for_each_suite([](backend_pair& r, rng& random) {
    r.keep(5);
    auto first = media(r, random, 5, 10);
    auto late = media(r, random, 5, 11);
    REQUIRE(r.receive(first));
    r.retire_received(5);
    REQUIRE(r.receive(late)); // a delayed packet
    client peer{r};
    for (uint32_t ssrc = 1000; ssrc < 1000 + 2 * 1024; ++ssrc)
      REQUIRE(peer.send(ssrc, 1, random));
    CHECK_FALSE(r.receive(first));
    CHECK_FALSE(r.receive(late));
  });
}

TEST_CASE("an index of a retired sender source is never used again") {
  for_each_suite([](backend_pair& r, rng& random) {
    for (uint32_t i : {40'000u, 65'000u, 80'000u})
      REQUIRE_FALSE(media(r, random, 9, i).empty());
    REQUIRE_FALSE(r.send_rtcp(make_rtcp(9, 28, random)).empty());
    r.retire_sent(9);
    for (uint32_t i : {0u, 40'000u, 14'464u, 14'465u, 20'000u})
      REQUIRE(media(r, random, 9, i).empty());
    REQUIRE(r.send_rtcp(make_rtcp(9, 28, random)).empty());
    CHECK_FALSE(media(r, random, 10, 1).empty());
    // This is not counted as a lack of capacity.
    CHECK(r.sender->exhausted() == 0);
    CHECK(r.ref_sender->exhausted() == 0);
  });
}

TEST_CASE("a sender with too many sources counts the packets that it refuses") {
  for_each_suite([](backend_pair& r, rng& random) {
    for (uint32_t ssrc = 0; ssrc < 16'384; ++ssrc)
      REQUIRE_FALSE(media(r, random, ssrc, 1).empty());
    REQUIRE(media(r, random, 20'000, 1).empty());
    CHECK(r.sender->exhausted() == 1);
    CHECK(r.ref_sender->exhausted() == 1);
    r.retire_sent(3);
    REQUIRE_FALSE(media(r, random, 20'000, 1).empty());
  });
}

TEST_CASE("a sender reports the newest sequence number of each source") {
  for_each_suite([](backend_pair& r, rng& random) {
    auto last = [&](uint32_t ssrc) {
      auto out = r.sender->last_sequence(ssrc);
      REQUIRE(out == r.ref_sender->last_sequence(ssrc));
      return out;
    };
    CHECK_FALSE(last(1));
    REQUIRE_FALSE(r.send_rtcp(make_rtcp(1, 28, random)).empty());
    CHECK_FALSE(last(1));
    media(r, random, 1, 0);
    CHECK(last(1) == 0);
    for (uint32_t i : {30'000u, 60'000u, 70'000u, 69'999u})
      media(r, random, 1, i);
    CHECK(last(1) == 70'000 - 65'536);
    r.retire_sent(1);
    CHECK_FALSE(last(1));
  });
}
