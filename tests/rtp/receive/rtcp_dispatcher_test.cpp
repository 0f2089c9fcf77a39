#include "rtp/receive/rtcp_dispatcher.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using rtp::stream_handle;

TEST_CASE("each item of a compound goes to the stream it concerns") {
  rtp::demuxer producers;
  auto identity = rtp::producer_identity{};
  identity.ssrcs = {rtp::ssrc{10}};
  REQUIRE(producers.add_producer(stream_handle{1}, identity));
  rtp::rtcp_dispatcher x;
  CHECK(x.add_consumer(stream_handle{2}, rtp::ssrc{20}, rtp::ssrc{21}));
  CHECK_FALSE(x.add_consumer(stream_handle{3}, rtp::ssrc{21}, std::nullopt));

  auto info = rtp::rtcp::sender_info{};
  info.ssrc = rtp::ssrc{10};
  auto blocks = std::vector<rtp::rtcp::report_block>(3);
  blocks[0].ssrc = rtp::ssrc{20};
  blocks[1].ssrc = rtp::ssrc{21}; // RTX: ignored
  blocks[2].ssrc = rtp::ssrc{99}; // an unknown SSRC
  rtp::rtcp::compound_builder packet;
  packet.add_sender_report(info, blocks);
  auto lost = std::vector<uint16_t>{65535, 0, 1};
  auto left = std::span<const uint16_t>{lost};
  packet.add_nack(rtp::ssrc{10}, rtp::ssrc{20}, left);
  packet.add_pli(rtp::ssrc{10}, rtp::ssrc{20});
  packet.add_pli(rtp::ssrc{10}, rtp::ssrc{77});
  packet.add_remb(rtp::ssrc{10}, 1'000'000, {});
  x.handle_rtcp(packet.bytes(), producers, at(3s));

  auto next = [&] {
    auto event = x.poll_event();
    REQUIRE(event);
    return *event;
  };
  auto report = std::get<rtp::sender_report_received>(next());
  CHECK(report.producer == stream_handle{1});
  CHECK(report.arrival == at(3s));
  auto block = std::get<rtp::report_block_received>(next());
  CHECK(block.consumer == stream_handle{2});
  CHECK(block.arrival == at(3s));
  CHECK(std::get<rtp::nack_received>(next()).lost == lost);
  CHECK(std::get<rtp::keyframe_request_received>(next()).consumer
        == stream_handle{2});
  CHECK(std::get<rtp::remb_received>(next()).bitrate_bps == 1'000'000);
  CHECK_FALSE(x.poll_event());

  x.remove_consumer(stream_handle{2});
  x.handle_rtcp(packet.bytes(), producers, at(0s));
  auto count = 0;
  while (x.poll_event())
    ++count;
  CHECK(count == 2);
}

TEST_CASE("a receiver's reference time is answered with its delay") {
  rtp::demuxer producers;
  rtp::rtcp_dispatcher x;
  CHECK_FALSE(x.poll_rtcp(at(0s)));
  rtp::rtcp::compound_builder packet;
  packet.add_rrtr(rtp::ssrc{7}, {0x0000AAAABBBB0000});
  packet.add_rrtr(rtp::ssrc{8}, {0x0000CCCCDDDD0000});
  x.handle_rtcp(packet.bytes(), producers, at(0ms));
  packet.clear();
  packet.add_rrtr(rtp::ssrc{8}, {0x0000EEEEFFFF0000}); // the later one counts
  x.handle_rtcp(packet.bytes(), producers, at(250ms));
  auto answer = x.poll_rtcp(at(500ms));
  REQUIRE(answer);
  auto reader = rtp::rtcp::compound_reader{*answer};
  auto message = reader.next();
  REQUIRE(message);
  std::vector<rtp::rtcp::dlrr_item> items;
  for (auto item : std::get<rtp::rtcp::extended_report>(*message).dlrr)
    items.push_back(item);
  CHECK(items
        == std::vector<rtp::rtcp::dlrr_item>{
            {rtp::ssrc{7}, 0xAAAABBBB, 65536 / 2},
            {rtp::ssrc{8}, 0xEEEEFFFF, 65536 / 4}});
  CHECK_FALSE(reader.next());
  CHECK_FALSE(x.poll_rtcp(at(500ms)));
}

TEST_CASE(
    "a flood of reference times gets one answer, shorter than the flood") {
  rtp::demuxer producers;
  rtp::rtcp_dispatcher x;
  size_t asked = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    rtp::rtcp::compound_builder packet;
    packet.add_rrtr(rtp::ssrc{i}, {i});
    asked += packet.size();
    x.handle_rtcp(packet.bytes(), producers, at(0s));
  }
  auto answer = x.poll_rtcp(at(0s));
  REQUIRE(answer);
  CHECK(answer->size() < asked / 50);
  CHECK_FALSE(x.poll_rtcp(at(0s)));
}
