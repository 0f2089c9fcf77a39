#include "actors/trunk/reporter_ssrcs.hpp"
#include "actors/trunk/trunk_numbers.hpp"
#include "rtp/rtcp/compound.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("RTCP about the other direction has the other node's SSRCs") {
  constexpr uint32_t first = 0xABCDEF00;
  reporter_ssrcs numbers;
  const auto one = numbers.next();
  const auto two = numbers.next();
  CHECK(one != two);
  rtp::rtcp::compound_builder x;
  x.add_receiver_report(two);
  x.add_pli(two, rtp::ssrc{0x12345001});
  x.add_dlrr(rtp::ssrc{1}, std::vector<rtp::rtcp::dlrr_item>(1));
  std::vector<uint8_t> out{x.bytes().begin(), x.bytes().end()};
  reporter_ssrcs::to_wire(out, first);
  rtp::rtcp::compound_reader reader{out};
  std::vector<rtp::ssrc> senders;
  while (auto message = reader.next()) {
    if (const auto* rr = std::get_if<rtp::rtcp::receiver_report>(&*message))
      senders.push_back(rr->sender);
    if (const auto* pli = std::get_if<rtp::rtcp::pli>(&*message)) {
      senders.push_back(pli->sender);
      CHECK(pli->media == rtp::ssrc{0x12345001});
    }
    if (const auto* xr = std::get_if<rtp::rtcp::extended_report>(&*message))
      senders.push_back(xr->sender);
  }
  using list = std::vector<rtp::ssrc>;
  CHECK(senders
        == list{rtp::ssrc{first + 1}, rtp::ssrc{first + 1}, rtp::ssrc{first}});
  CHECK(reporter_ssrcs::from_wire(rtp::ssrc{first + 1}, first) == two);
  CHECK(reporter_ssrcs::from_wire(rtp::ssrc{first}, first) == one);
  CHECK_FALSE(reporter_ssrcs::from_wire(rtp::ssrc{first - 1}, first));
  CHECK_FALSE(reporter_ssrcs::from_wire(rtp::ssrc{first + 256}, first));
}

TEST_CASE("SSRCs of media and a truncated compound stay as they are") {
  rtp::rtcp::compound_builder x;
  rtp::rtcp::sender_info sender;
  sender.ssrc = rtp::ssrc{0x12345001};
  x.add_sender_report(sender);
  std::vector<uint8_t> out{x.bytes().begin(), x.bytes().end()};
  const auto before = out;
  reporter_ssrcs::to_wire(out, 0xABCDEF00);
  CHECK(out == before);
  out = {0x80, 201, 0, 9, 0, 0, 0};
  reporter_ssrcs::to_wire(out, 0xABCDEF00);
  CHECK(out.size() == 7);
}

TEST_CASE("no SSRC of a trunk is drawn twice") {
  trunk_numbers numbers{0xABCDE};
  uint32_t last = 0;
  size_t count = 0;
  while (auto x = numbers.take(5))
    for (auto ssrc : *x) {
      CHECK(is_trunk_media(ssrc, 0xABCDE));
      CHECK(ssrc > last);
      last = ssrc;
      ++count;
    }
  CHECK(count == 3835); // of 3,839: five at a time
  CHECK(numbers.take(4).has_value());
  CHECK_FALSE(numbers.take(1).has_value());
  CHECK_FALSE(is_trunk_media(numbers.reporter(), 0xABCDE));
  CHECK_FALSE(is_trunk_media(last, 0xABCDF));
}
