#include "actors/transport/plain_destination.hpp"
#include "actors/transport/plain_networks.hpp"
#include "rtp/rtcp/compound.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
using rtp::rtcp::compound_builder;
using rtp::rtcp::report_block;
using rtp::rtcp::sender_info;

namespace {

constexpr net::time_point start{1h};

struct scene {
  explicit scene(bool trusted = false) : to(*random, trusted) {}

  // The LSR value that the client reads in a sender report of that time.
  uint32_t report(uint64_t ntp) {
    compound_builder x;
    REQUIRE(x.add_sender_report(
        sender_info{rtp::ssrc{7}, rtp::ntp_time{ntp}, 1, 2, 3}));
    REQUIRE(x.add_sdes(rtp::ssrc{7}, "troupe"));
    std::vector<uint8_t> octets{x.bytes().begin(), x.bytes().end()};
    to.mark_reports(octets);
    rtp::rtcp::compound_reader reader{octets};
    auto first = reader.next();
    REQUIRE(first);
    const auto& info = std::get<rtp::rtcp::sender_report>(*first).info;
    CHECK(info.rtp_timestamp == 1);
    CHECK(info.octet_count == 3);
    CHECK(std::holds_alternative<rtp::rtcp::sdes>(*reader.next()));
    return info.ntp.middle();
  }

  bool echo(uint32_t lsr) {
    report_block x;
    x.last_sender_report = lsr;
    return to.take_report(x);
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  plain_destination to;
};

constexpr uint64_t some_time = 0xe876'5432'10fe'dcba;
constexpr uint32_t middle = 0x5432'10fe;

} // namespace

TEST_CASE("an unproven address gets five packets a second") {
  scene at;
  // Of RTP and of RTCP, each.
  int rtp = 0;
  int rtcp = 0;
  for (auto now = start; now < start + 60s; now += 1ms) {
    rtp += at.to.admit_rtp(now);
    rtcp += at.to.admit_rtcp(now);
    CHECK(at.to.given_up(now) == (now >= start + 15s));
  }
  CHECK(rtp == 15 * 5);
  CHECK(rtcp == 15 * 5);
  CHECK_FALSE(at.to.proven());
}

TEST_CASE("the time to prove an address begins with the first packet") {
  scene at;
  CHECK_FALSE(at.to.given_up(start + 1h));
  CHECK(at.to.admit_rtp(start + 1h));
  CHECK_FALSE(at.to.given_up(start + 1h + 14s));
  CHECK(at.to.given_up(start + 1h + 15s));
}

TEST_CASE("a client that echoes a report has proven its address") {
  scene at;
  const auto lsr = at.report(some_time);
  CHECK(lsr != middle);
  CHECK_FALSE(at.echo(0)); // before the first sender report
  CHECK_FALSE(at.to.proven());
  report_block block;
  block.last_sender_report = lsr;
  CHECK(at.to.take_report(block));
  CHECK(at.to.proven());
  // The echo is restored to our own time, for the round trip.
  CHECK(block.last_sender_report == middle);
  for (int i = 0; i < 1000; ++i)
    CHECK(at.to.admit_rtp(start));
  CHECK_FALSE(at.to.given_up(start + 1h));
  // Reports now carry the real time; echoes of earlier ones still count.
  CHECK(at.report(some_time) == middle);
  CHECK_FALSE(at.echo(lsr));
  block.last_sender_report = middle;
  CHECK_FALSE(at.to.take_report(block));
  CHECK(block.last_sender_report == middle);
}

TEST_CASE("an echo of an older report is a proof, too") {
  scene at;
  const auto lsr = at.report(some_time);
  for (int i = 1; i < 32; ++i)
    at.report(some_time + (uint64_t(i) << 32));
  CHECK(at.echo(lsr));
}

TEST_CASE("a client that guesses can no longer prove its address") {
  scene at;
  const auto lsr = at.report(some_time);
  // Our real time, which is public, counts as a guess.
  for (int i = 0; i < 16; ++i) {
    CHECK_FALSE(at.to.guessed());
    CHECK_FALSE(at.echo(middle + static_cast<uint32_t>(i)));
  }
  CHECK(at.to.guessed());
  CHECK(at.to.given_up(start));
  CHECK_FALSE(at.echo(lsr));
  CHECK_FALSE(at.to.proven());
  CHECK_FALSE(at.to.admit_rtp(start));
}

TEST_CASE("the value to echo differs from transport to transport") {
  auto random = net::make_seeded_rng(2);
  std::vector<uint32_t> seen;
  for (int i = 0; i < 100; ++i) {
    plain_destination to{*random, false};
    compound_builder x;
    x.add_sender_report(sender_info{{}, rtp::ntp_time{some_time}, 1, 2, 3});
    std::vector<uint8_t> octets{x.bytes().begin(), x.bytes().end()};
    to.mark_reports(octets);
    seen.push_back(net::load_u32(&octets[10]));
  }
  std::ranges::sort(seen);
  CHECK(std::ranges::adjacent_find(seen) == seen.end());
}

TEST_CASE("a trusted address needs no proof, and its reports are unchanged") {
  scene at{true};
  CHECK(at.to.trusted());
  for (int i = 0; i < 1000; ++i)
    CHECK(at.to.admit_rtp(start));
  CHECK(at.report(some_time) == middle);
  for (int i = 0; i < 100; ++i)
    CHECK_FALSE(at.echo(12345));
  CHECK_FALSE(at.to.given_up(start + 1h));
}

TEST_CASE("data that is no RTCP compound is left unchanged") {
  scene at;
  for (std::vector<uint8_t> x : {std::vector<uint8_t>{},
                                 {0x80, 200},
                                 {0x80, 200, 0, 6, 1, 2, 3, 4},
                                 {0x80, 200, 0, 1, 1, 2, 3, 4},
                                 {0x80, 200, 0xff, 0xff}}) {
    const auto before = x;
    at.to.mark_reports(x);
    CHECK(x == before);
  }
}

namespace {

bool allowed(const config::rtc_keys& settings, const std::string& ip) {
  return plain_networks{settings}.allows(*net::parse_address(ip, 5004));
}

} // namespace

TEST_CASE("clients may name addresses of the server's own network") {
  config::rtc_keys x;
  for (auto at : {"127.0.0.1", "0.0.0.0", "::", "203.0.113.5"}) {
    x.plain_address = at;
    CHECK(allowed(x, "127.0.0.1"));
    CHECK(allowed(x, "::1"));
    CHECK_FALSE(allowed(x, "192.168.1.2"));
    CHECK_FALSE(allowed(x, "198.51.100.7"));
  }
  for (auto at : {"192.168.1.5", "10.1.2.3", "fd00::5"}) {
    x.plain_address = at;
    CHECK(allowed(x, "127.0.0.1"));
    CHECK(allowed(x, "192.168.1.2"));
    CHECK(allowed(x, "172.16.9.9"));
    CHECK(allowed(x, "fd12::7"));
    CHECK_FALSE(allowed(x, "169.254.169.254"));
    CHECK_FALSE(allowed(x, "198.51.100.7"));
    CHECK_FALSE(allowed(x, "2001:db8::7"));
  }
  x.plain_destinations = {"198.51.100.0/24"};
  CHECK(allowed(x, "198.51.100.7"));
  CHECK_FALSE(allowed(x, "127.0.0.1"));
}

TEST_CASE("the server's own host is trusted by default") {
  config::rtc_keys x;
  const auto trusted = [&](const std::string& ip) {
    return plain_networks{x}.trusts(*net::parse_address(ip, 5004));
  };
  CHECK(trusted("127.0.0.1"));
  CHECK(trusted("::1"));
  CHECK_FALSE(trusted("192.168.1.2"));
  x.plain_trusted = {"none"};
  CHECK_FALSE(trusted("127.0.0.1"));
}

TEST_CASE("prefixes of private networks are distinguished from wider ones") {
  for (auto x : {"127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "10.20.0.0/16",
                 "192.168.0.0/16", "172.16.3.4", "fd00::/8", "::1"})
    CHECK_MESSAGE(is_local_prefix(x), x);
  for (auto x :
       {"10.0.0.0/7", "0.0.0.0/0", "::/0", "192.168.0.0/15", "198.51.100.0/24",
        "2001:db8::/32", "none", "", "169.254.169.254"})
    CHECK_FALSE_MESSAGE(is_local_prefix(x), x);
}
