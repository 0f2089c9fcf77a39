#include "rtp/recording/track_recorder.hpp"
#include "tests/support/media_packets.hpp"
#include "tests/support/packetizer.hpp"

#include <benchmark/benchmark.h>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr size_t packet_size = 1100;

/// The packets of some seconds of video at 30 frames a second, as a producer
/// gives them. Each frame has `per_frame` packets.
std::vector<rtp::media_packet> video(rtp::codec what, size_t per_frame) {
  std::mt19937 dice{1};
  std::vector<rtp::media_packet> out;
  int64_t sequence = 100;
  for (int i = 0; i < 300; ++i) {
    auto key = i == 0;
    auto size = per_frame * packet_size - 20;
    auto head = key ? octet_vector{0x10, 0, 0, 0x9D, 1, 0x2A, 64, 1, 64, 1}
                    : octet_vector{0x31};
    auto frame =
        what == rtp::codec::vp8
            ? packetize_vp8(random_octets(dice, size, head),
                            static_cast<uint16_t>(i), packet_size)
            : packetize_h264({key ? octet_vector{0x67} : octet_vector{6},
                              {0x68},
                              random_octets(dice, size,
                                            octet_vector{static_cast<uint8_t>(
                                                key ? 0x65 : 0x41)})},
                             packet_size);
    for (size_t j = 0; j < frame.payloads.size(); ++j) {
      auto spec = packet_spec{};
      spec.marker = j + 1 == frame.payloads.size();
      spec.payload = std::move(frame.payloads[j]);
      auto x = rtp::media_packet{make_packet(spec, at(i * 33ms)), sequence++};
      x.timestamp = i * 3000;
      x.start_of_frame = j == 0;
      x.keyframe = key && j == 0;
      out.push_back(std::move(x));
    }
  }
  return out;
}

std::vector<rtp::media_packet> audio() {
  std::mt19937 dice{1};
  std::vector<rtp::media_packet> out;
  for (int i = 0; i < 500; ++i) {
    auto spec = packet_spec{};
    spec.payload = random_octets(dice, 80, octet_vector{0x78});
    auto x = rtp::media_packet{make_packet(spec, at(i * 20ms)), 100 + i};
    x.timestamp = i * 960;
    x.keyframe = x.start_of_frame = true;
    out.push_back(std::move(x));
  }
  return out;
}

/// Records the packets; `shift` changes their order within groups of so many.
void record(benchmark::State& state, rtp::track_recorder::config config,
            std::vector<rtp::media_packet> packets, size_t shift = 1) {
  config.start = at(0ms);
  for (auto i = 5 * shift; shift > 1 && i + shift <= packets.size();
       i += 5 * shift)
    std::rotate(packets.begin() + static_cast<std::ptrdiff_t>(i),
                packets.begin() + static_cast<std::ptrdiff_t>(i + 1),
                packets.begin() + static_cast<std::ptrdiff_t>(i + shift));
  size_t frames = 0;
  for (auto _ : state) {
    rtp::track_recorder recorder{config};
    recorder.handle_sender_report(
        {0, rtp::ntp_time{uint64_t{1} << 63}, 0, at(0ms)}, at(0ms));
    for (const auto& x : packets) {
      recorder.handle_packet(x, x.packet.arrival());
      while (auto frame = recorder.poll_frame()) {
        benchmark::DoNotOptimize(frame->octets.data());
        ++frames;
      }
      benchmark::DoNotOptimize(recorder.poll_timeout());
    }
  }
  auto count = static_cast<int64_t>(packets.size()) * state.iterations();
  state.SetItemsProcessed(count);
  state.counters["per_packet"] = benchmark::Counter(
      static_cast<double>(count),
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["frames"] =
      static_cast<double>(frames) / static_cast<double>(state.iterations());
}

void BM_track_recorder_vp8(benchmark::State& state) {
  record(state, {.codec = rtp::codec::vp8},
         video(rtp::codec::vp8, static_cast<size_t>(state.range(0))));
}

BENCHMARK(BM_track_recorder_vp8)->Arg(1)->Arg(4)->Arg(16);

void BM_track_recorder_h264(benchmark::State& state) {
  record(state, {.codec = rtp::codec::h264},
         video(rtp::codec::h264, static_cast<size_t>(state.range(0))));
}

BENCHMARK(BM_track_recorder_h264)->Arg(4);

void BM_track_recorder_vp8_reordered(benchmark::State& state) {
  record(state, {.codec = rtp::codec::vp8}, video(rtp::codec::vp8, 4),
         static_cast<size_t>(state.range(0)));
}

BENCHMARK(BM_track_recorder_vp8_reordered)->Arg(2)->Arg(64);

void BM_track_recorder_opus(benchmark::State& state) {
  record(state,
         {.kind = rtp::media_kind::audio,
          .codec = rtp::codec::opus,
          .clock_rate = 48'000},
         audio());
}

BENCHMARK(BM_track_recorder_opus);

} // namespace
