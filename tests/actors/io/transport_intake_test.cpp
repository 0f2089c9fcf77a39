#include "actors/io/transport_intake.hpp"

#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{1h};
constexpr uint32_t camera = 0x11223344;
constexpr uint32_t voice = 7;

net::datagram datagram_of(const octets& x, net::time_point arrival) {
  return {to_buffer(x), {}, arrival};
}

struct scene {
  // Whether a packet that arrives this long after the start is dropped.
  bool skips(net::duration when, uint32_t ssrc = camera) {
    rtp_builder x;
    x.ssrc = ssrc;
    x.extensions = extensions;
    return intake.skips_any()
           && intake.skip(datagram_of(x.build(), start + when));
  }

  void set(const std::vector<unattended_source>& x) {
    intake.set_unattended(x);
  }

  transport_intake intake{max_waiting_datagrams};
  std::vector<std::pair<uint8_t, octets>> extensions;
};

} // namespace

TEST_CASE("an intake passes every packet while all sources are attended") {
  scene at;
  CHECK_FALSE(at.intake.skips_any());
  at.set({{camera, 0}});
  CHECK(at.intake.skips_any());
  at.skips(0ms);
  CHECK(at.skips(1ms));
  CHECK_FALSE(at.skips(1ms, voice));
  at.set({});
  CHECK_FALSE(at.intake.skips_any());
  CHECK_FALSE(at.skips(2ms));
}

TEST_CASE("an intake passes one packet of an unattended source in 200 ms") {
  scene at;
  at.set({{camera, 0}, {voice, 0}});
  std::vector<int> passed;
  for (int i = 0; i <= 500; i += 20)
    if (!at.skips(i * 1ms))
      passed.push_back(i);
  CHECK(passed == std::vector{0, 200, 400});
  // Each source by itself.
  CHECK_FALSE(at.skips(501ms, voice));
  CHECK(at.skips(502ms, voice));
  CHECK(at.skips(502ms));
}

TEST_CASE("a source that is unattended again passes its first packet") {
  scene at;
  at.set({{camera, 0}});
  CHECK_FALSE(at.skips(0ms));
  at.set({});
  at.set({{camera, 0}});
  CHECK_FALSE(at.skips(1ms));
  CHECK(at.skips(2ms));
}

TEST_CASE("an intake skips nothing but RTP") {
  scene at;
  // What would be the SSRC of RTP is that of the camera in all of them.
  at.set({{camera, 0}});
  at.skips(0ms);
  rtp_builder x;
  auto data = x.build();
  data[1] = 200; // a sender report
  CHECK_FALSE(at.intake.skip(datagram_of(data, start + 1ms)));
  data[0] = 22; // DTLS
  CHECK_FALSE(at.intake.skip(datagram_of(data, start + 1ms)));
  data[0] = 0x80;
  data[1] = 96;
  data.resize(11);
  CHECK_FALSE(at.intake.skip(datagram_of(data, start + 1ms)));
}

TEST_CASE("an intake keeps arrival, size and number of a skipped packet") {
  scene at;
  at.extensions = {{3, {1, 2, 3}}, {5, {0xAB, 0xCD}}};
  at.set({{camera, 5}});
  at.skips(0ms);
  REQUIRE(at.skips(7ms));
  auto x = at.intake.poll_skipped();
  REQUIRE(x);
  CHECK(x->arrival == start + 7ms);
  CHECK(x->ssrc == camera);
  CHECK(x->octets == 12 + 4 + 8 + 4);
  CHECK(x->transport_wide_number == 0xABCD);
  CHECK_FALSE(at.intake.poll_skipped());
  SUBCASE("no number without the extension") {
    at.extensions = {{3, {1, 2}}};
  }
  SUBCASE("no number if its size is wrong") {
    at.extensions = {{5, {1, 2, 3}}};
  }
  SUBCASE("no number if no id is negotiated") {
    at.set({{camera, 0}});
    at.skips(8ms);
  }
  REQUIRE(at.skips(9ms));
  CHECK_FALSE(at.intake.poll_skipped()->transport_wide_number);
}

TEST_CASE("header extensions that exceed a skipped packet are not read") {
  scene at;
  at.set({{camera, 5}});
  at.skips(0ms);
  rtp_builder x;
  x.extensions = {{5, {0xAB, 0xCD}}};
  const auto whole = x.build();
  for (size_t size = 12; size < 20; ++size) {
    CAPTURE(size);
    octets cut{whole.begin(),
               whole.begin() + static_cast<std::ptrdiff_t>(size)};
    REQUIRE(at.intake.skip(datagram_of(cut, start + 1ms)));
    CHECK_FALSE(at.intake.poll_skipped()->transport_wide_number);
  }
}

TEST_CASE("an intake passes packets on once it can keep no more of them") {
  scene at;
  at.set({{camera, 0}});
  at.skips(0ms);
  for (size_t i = 0; i < skipped_packets::capacity; ++i)
    REQUIRE(at.skips(1ms));
  CHECK_FALSE(at.skips(1ms));
  while (at.intake.poll_skipped())
    ;
  CHECK(at.skips(1ms));
}

TEST_CASE("an intake skips a limited number of sources") {
  scene at;
  std::vector<unattended_source> many;
  for (uint32_t i = 1; i <= transport_intake::max_sources + 1; ++i)
    many.push_back({i, 0});
  at.set(many);
  for (uint32_t i = 1; i <= transport_intake::max_sources + 1; ++i)
    at.skips(0ms, i);
  CHECK(at.skips(1ms, transport_intake::max_sources));
  CHECK_FALSE(at.skips(1ms, transport_intake::max_sources + 1));
}
