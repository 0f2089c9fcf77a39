#include "rtp/codec/payload_descriptor.hpp"
#include "rtp/packet/header_writer.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/support/rtp_packets.hpp"

#include <benchmark/benchmark.h>

using namespace troupe;

namespace {

/// A video packet as sent by browsers: MID, send time, sequence, and 1,100
/// octets of VP8 with a picture id and temporal layers.
test::rtp_builder video() {
  test::rtp_builder b;
  b.extensions = {
      {1, {'0'}}, {4, {1, 2, 3}}, {5, {1, 2}}, {8, {0}}, {9, {0, 0, 0}}};
  b.payload = test::octets(1100, 1);
  const uint8_t descriptor[] = {0x90, 0xE0, 0x92, 0x34, 0x55, 0x40};
  std::copy(std::begin(descriptor), std::end(descriptor), b.payload.begin());
  return b;
}

void BM_packet_parse(benchmark::State& state) {
  auto buffer = test::to_buffer(video().build());
  for (auto _ : state)
    benchmark::DoNotOptimize(rtp::packet::parse(buffer, {}));
}

BENCHMARK(BM_packet_parse);

void BM_packet_extension(benchmark::State& state) {
  auto packet = video().make();
  auto ids = rtp::extension_map::defaults();
  for (auto _ : state)
    benchmark::DoNotOptimize(read_transport_cc(packet, ids));
}

BENCHMARK(BM_packet_extension);

void BM_header_writer_write(benchmark::State& state) {
  auto packet = video().make();
  auto ids = rtp::extension_map::defaults();
  rtp::header_writer writer{ids, ids};
  writer.set_mid("17");
  rtp::rewritten_fields fields;
  uint8_t out[rtp::max_header_size];
  for (auto _ : state) {
    ++fields.sequence_number;
    auto layout = writer.write(packet, fields, out);
    patch_abs_send_time(out, *layout, net::time_point{});
    patch_transport_cc(out, *layout, fields.sequence_number);
    benchmark::DoNotOptimize(out);
    benchmark::ClobberMemory();
  }
}

BENCHMARK(BM_header_writer_write);

void BM_describe_vp8(benchmark::State& state) {
  auto packet = video().make();
  for (auto _ : state)
    benchmark::DoNotOptimize(
        rtp::describe(rtp::codec::vp8, packet.payload(), packet.marker()));
}

BENCHMARK(BM_describe_vp8);

void BM_rtcp_report(benchmark::State& state) {
  rtp::rtcp::compound_builder b;
  rtp::rtcp::report_block blocks[2];
  b.add_sender_report({}, blocks);
  b.add_sdes(rtp::ssrc{1}, "abcdefgh");
  for (auto _ : state) {
    auto reader = rtp::rtcp::compound_reader{b.bytes()};
    while (auto x = reader.next())
      benchmark::DoNotOptimize(x);
  }
}

BENCHMARK(BM_rtcp_report);

/// Feedback on `range(0)` packets, one in ten lost; reads every status.
void BM_rtcp_transport_cc(benchmark::State& state) {
  rtp::rtcp::transport_cc_builder feedback;
  feedback.start(0, {});
  for (int64_t i = 0; i < state.range(0); ++i)
    if (i % 10 != 5)
      feedback.add(i, std::chrono::milliseconds{i});
  rtp::rtcp::compound_builder b;
  b.add_transport_cc(rtp::ssrc{1}, rtp::ssrc{2}, 0, feedback);
  for (auto _ : state) {
    auto reader = rtp::rtcp::compound_reader{b.bytes()};
    auto x = reader.next();
    auto cursor = std::get<rtp::rtcp::transport_cc>(*x).statuses();
    while (auto status = cursor.next())
      benchmark::DoNotOptimize(status);
  }
}

BENCHMARK(BM_rtcp_transport_cc)->Arg(10)->Arg(100);

void BM_rtcp_transport_cc_build(benchmark::State& state) {
  rtp::rtcp::transport_cc_builder feedback;
  uint8_t out[1200];
  for (auto _ : state) {
    feedback.start(0, {});
    for (int64_t i = 0; i < state.range(0); ++i)
      feedback.add(i, std::chrono::milliseconds{i});
    benchmark::DoNotOptimize(
        feedback.build(rtp::ssrc{1}, rtp::ssrc{2}, 0, out));
  }
}

BENCHMARK(BM_rtcp_transport_cc_build)->Arg(100);

} // namespace
