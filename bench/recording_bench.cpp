// What writing a recording costs per frame: video of 1 Mbit/s at 30 frames a
// second and sound of 32 kbit/s, without the disk.
#include "rtp/recording/codec_private.hpp"
#include "rtp/recording/matroska_writer.hpp"

#include <benchmark/benchmark.h>

using namespace troupe::rtp;

namespace {

constexpr size_t video_octets = 4167;
constexpr size_t audio_octets = 80;

matroska_writer::config two_tracks() {
  matroska_writer::config x;
  x.tracks.push_back({codec::vp8, {}, 0, 0, 1280, 720});
  x.tracks.push_back({codec::opus, make_opus_head(2), 48'000, 2, 0, 0});
  return x;
}

media_frame make_frame(codec kind, duration time, size_t octets) {
  media_frame x;
  x.kind = kind;
  x.keyframe = kind == codec::opus;
  x.time = time;
  x.octets.resize(octets, 0xF8);
  return x;
}

/// The frames of the second that begins at `time`, of both tracks in order.
std::vector<media_frame> make_second(duration time) {
  std::vector<media_frame> out;
  for (int i = 0; i < 150; ++i) {
    auto at = time + i * std::chrono::seconds{1} / 150;
    if (i % 5 == 0)
      out.push_back(make_frame(codec::vp8, at, video_octets));
    if (i % 3 == 0)
      out.push_back(make_frame(codec::opus, at, audio_octets));
  }
  return out;
}

void BM_matroska_writer(benchmark::State& state) {
  matroska_writer writer{two_tracks()};
  auto time = duration{};
  int64_t frames = 0;
  int64_t octets = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto second = make_second(time);
    time += std::chrono::seconds{1};
    frames += static_cast<int64_t>(second.size());
    state.ResumeTiming();
    for (auto& x : second)
      writer.handle_frame(x.kind == codec::opus ? 1 : 0, std::move(x));
    while (auto x = writer.poll_write())
      octets += static_cast<int64_t>(x->octets.size());
  }
  state.SetItemsProcessed(frames);
  state.SetBytesProcessed(octets);
}
BENCHMARK(BM_matroska_writer);

} // namespace
