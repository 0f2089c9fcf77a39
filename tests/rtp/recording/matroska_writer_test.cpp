#include "rtp/recording/matroska_writer.hpp"

#include "rtp/recording/codec_private.hpp"
#include "tests/rtp/recording/ebml_tree.hpp"
#include "tests/support/encoded_frames.hpp"
#include "tests/support/recorded_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace std::chrono_literals;
using namespace troupe;
using namespace troupe::rtp;
using test::block_seen;
using test::matroska_file;
using test::recorded_file;
using octets = std::vector<uint8_t>;

namespace {

constexpr size_t video = 0;
constexpr size_t audio = 1;

media_frame picture(duration time, bool keyframe = false, octets what = {7}) {
  media_frame x;
  x.kind = codec::vp8;
  x.keyframe = keyframe;
  x.time = time;
  x.octets = std::move(what);
  return x;
}

/// 20 ms of silence.
media_frame silence(duration time) {
  media_frame x;
  x.kind = codec::opus;
  x.keyframe = true;
  x.time = time;
  x.length = 20ms;
  x.octets = {0xF8, 0xFF, 0xFE};
  return x;
}

matroska_writer::config vp8_and_opus() {
  matroska_writer::config x;
  x.tracks.push_back({codec::vp8, {}, 0, 0, 640, 360});
  x.tracks.push_back({codec::opus, make_opus_head(2), 48'000, 2, 0, 0});
  return x;
}

matroska_writer::config opus_alone() {
  auto x = vp8_and_opus();
  x.tracks.erase(x.tracks.begin());
  return x;
}

octets file_of(matroska_writer& x) {
  recorded_file file;
  file.take(x);
  return file.octets;
}

std::vector<int64_t> times_of(const std::vector<block_seen>& blocks,
                              uint64_t track) {
  std::vector<int64_t> out;
  for (const auto& x : blocks)
    if (x.track == track)
      out.push_back(x.time);
  return out;
}

} // namespace

TEST_CASE("a file's octets are those of RFC 9559") {
  auto setup = vp8_and_opus();
  setup.info = {"Hi", 978'307'201s};
  matroska_writer writer{setup};
  writer.handle_frame(video, picture(0ms, true, {1, 2}));
  writer.handle_frame(audio, silence(5ms));
  writer.finish();
  auto text = [](octets& to, std::string_view x) {
    to.insert(to.end(), x.begin(), x.end());
  };
  auto add = [](octets& to, std::initializer_list<int> x) {
    for (auto n : x)
      to.push_back(static_cast<uint8_t>(n));
  };
  octets expected;
  add(expected, {0x1A, 0x45, 0xDF, 0xA3, 0x9F});
  add(expected, {0x42, 0x86, 0x81, 1, 0x42, 0xF7, 0x81, 1});
  add(expected, {0x42, 0xF2, 0x81, 4, 0x42, 0xF3, 0x81, 8, 0x42, 0x82, 0x84});
  text(expected, "webm");
  add(expected, {0x42, 0x87, 0x81, 4, 0x42, 0x85, 0x81, 2});
  // The Segment, of 322 octets; a SeekHead of Info, Tracks and Cues; Void.
  add(expected, {0x18, 0x53, 0x80, 0x67, 1, 0, 0, 0, 0, 0, 1, 0x42});
  add(expected, {0x11, 0x4D, 0x9B, 0x74, 0xAB});
  add(expected, {0x4D, 0xBB, 0x8B, 0x53, 0xAB, 0x84, 0x15, 0x49, 0xA9, 0x66,
                 0x53, 0xAC, 0x81, 100});
  add(expected, {0x4D, 0xBB, 0x8B, 0x53, 0xAB, 0x84, 0x16, 0x54, 0xAE, 0x6B,
                 0x53, 0xAC, 0x81, 157});
  add(expected, {0x4D, 0xBB, 0x8C, 0x53, 0xAB, 0x84, 0x1C, 0x53, 0xBB, 0x6B,
                 0x53, 0xAC, 0x82, 0x01, 0x2F});
  add(expected, {0xEC, 0x80 + 50});
  expected.resize(expected.size() + 50);
  // Info: a Duration of 25 ms, scale, programs, date and title.
  add(expected, {0x15, 0x49, 0xA9, 0x66, 0xB4, 0x44, 0x89, 0x88, 0x40, 0x39});
  expected.resize(expected.size() + 6);
  add(expected, {0x2A, 0xD7, 0xB1, 0x83, 0x0F, 0x42, 0x40, 0x4D, 0x80, 0x86});
  text(expected, "Troupe");
  add(expected, {0x57, 0x41, 0x86});
  text(expected, "Troupe");
  add(expected, {0x44, 0x61, 0x88, 0, 0, 0, 0, 0x3B, 0x9A, 0xCA, 0});
  add(expected, {0x7B, 0xA9, 0x82});
  text(expected, "Hi");
  auto recorded = file_of(writer);
  REQUIRE(recorded.size() > expected.size());
  CHECK(octets(recorded.begin(),
               recorded.begin() + static_cast<std::ptrdiff_t>(expected.size()))
        == expected);
  // One cluster at 0 ms, and one cue.
  octets end;
  add(end, {0x1F, 0x43, 0xB6, 0x75, 0x10, 0, 0, 20, 0xE7, 0x81, 0});
  add(end, {0xA3, 0x86, 0x81, 0, 0, 0x80, 1, 2});
  add(end, {0xA3, 0x87, 0x82, 0, 5, 0x80, 0xF8, 0xFF, 0xFE});
  add(end, {0x1C, 0x53, 0xBB, 0x6B, 0x8E, 0xBB, 0x8C, 0xB3, 0x81, 0});
  add(end, {0xB7, 0x87, 0xF7, 0x81, 1, 0xF1, 0x82, 0x01, 0x13});
  REQUIRE(recorded.size() > end.size());
  CHECK(octets(recorded.end() - static_cast<std::ptrdiff_t>(end.size()),
               recorded.end())
        == end);
}

TEST_CASE("tracks say what a player must know") {
  auto setup = vp8_and_opus();
  setup.tracks.push_back({codec::av1, {0x81, 1, 2, 3}, 0, 0, 1280, 720});
  matroska_writer writer{setup};
  auto file = matroska_file{file_of(writer)};
  CHECK(file.header[0x4282].text() == "webm");
  auto tracks = file.segment[0x1654AE6B].all(0xAE);
  REQUIRE(tracks.size() == 3);
  const auto& vp8 = *tracks[0];
  CHECK(vp8[0xD7].number() == 1);
  CHECK(vp8[0x83].number() == 1);
  CHECK(vp8[0x86].text() == "V_VP8");
  CHECK(vp8[0xE0][0xB0].number() == 640);
  CHECK(vp8[0xE0][0xBA].number() == 360);
  CHECK(!vp8.has(0x63A2));
  const auto& opus = *tracks[1];
  CHECK(opus[0xD7].number() == 2);
  CHECK(opus[0x83].number() == 2);
  CHECK(opus[0x86].text() == "A_OPUS");
  CHECK(opus[0x63A2].data == make_opus_head(2));
  CHECK(opus[0x56BB].number() == 80'000'000);
  CHECK(opus[0xE1][0xB5].real() == 48'000);
  CHECK(opus[0xE1][0x9F].number() == 2);
  const auto& av1 = *tracks[2];
  CHECK(av1[0x86].text() == "V_AV1");
  CHECK(av1[0x63A2].data == octets{0x81, 1, 2, 3});
}

TEST_CASE("H264 makes a file Matroska") {
  auto setup = vp8_and_opus();
  CHECK(file_extension(matroska_type_of(setup.tracks)) == ".webm");
  setup.tracks[0].kind = codec::h264;
  CHECK(file_extension(matroska_type_of(setup.tracks)) == ".mkv");
  matroska_writer writer{setup};
  auto file = matroska_file{file_of(writer)};
  CHECK(file.header[0x4282].text() == "matroska");
  CHECK((*file.segment[0x1654AE6B].all(0xAE)[0])[0x86].text()
        == "V_MPEG4/ISO/AVC");
}

TEST_CASE("a file is whole after each append, and of unknown size") {
  matroska_writer writer{vp8_and_opus()};
  recorded_file growing;
  CHECK(growing.take(writer) == 1);
  size_t appends = 0;
  for (auto time = 0ms; time < 5s; time += 20ms) {
    if (time % 100ms == 0ms)
      writer.handle_frame(video, picture(time, time == 0ms));
    writer.handle_frame(audio, silence(time));
    while (auto x = writer.poll_write()) {
      CHECK(!x->offset);
      growing.carry_out(*x);
      ++appends;
      auto file = matroska_file{growing.octets};
      CHECK(file.segment.unknown_size);
      CHECK(file.clusters().size() == appends);
      CHECK(!file.segment[0x1549A966].has(0x4489));
      CHECK(!file.segment.has(0x114D9B74));
      CHECK(growing.octets.size() == writer.size());
    }
  }
  CHECK(appends == 4);
  writer.finish();
  growing.take(writer);
  auto file = matroska_file{growing.octets};
  CHECK(!file.segment.unknown_size);
  CHECK(file.length() == 5000);
  CHECK(file.blocks().size() == 50 + 250);
  CHECK(growing.octets.size() == writer.size());
}

TEST_CASE("the SeekHead points to Info, Tracks and Cues") {
  matroska_writer writer{vp8_and_opus()};
  writer.handle_frame(video, picture(0ms, true));
  writer.finish();
  auto file = matroska_file{file_of(writer)};
  auto seeks = file.segment[0x114D9B74].all(0x4DBB);
  REQUIRE(seeks.size() == 3);
  for (const auto* x : seeks) {
    auto target = static_cast<uint32_t>((*x)[0x53AB].number());
    CHECK(file.segment[target].offset - file.start == (*x)[0x53AC].number());
  }
  CHECK(file.segment[0x114D9B74].size + file.segment[0xEC].size == 100);
}

TEST_CASE("a key frame of video begins a cluster, and has a cue") {
  matroska_writer writer{vp8_and_opus()};
  for (auto time = 0ms; time < 2s; time += 20ms) {
    writer.handle_frame(audio, silence(time));
    if (time % 100ms == 0ms)
      writer.handle_frame(video, picture(time, time % 300ms == 0ms));
  }
  writer.finish();
  auto file = matroska_file{file_of(writer)};
  CHECK(file.cue_times()
        == std::vector<int64_t>{0, 300, 600, 900, 1200, 1500, 1800});
  CHECK(file.clusters().size() == 7);
  for (const auto* cluster : file.clusters()) {
    auto blocks = matroska_file::blocks_of(*cluster);
    for (size_t i = 1; i < blocks.size(); ++i)
      CHECK((blocks[i].track == 2 || !blocks[i].keyframe));
  }
}

TEST_CASE("clusters last at most a second") {
  matroska_writer writer{opus_alone()};
  for (auto time = 0ms; time < 12s; time += 20ms)
    writer.handle_frame(0, silence(time));
  writer.finish();
  auto file = matroska_file{file_of(writer)};
  CHECK(file.clusters().size() == 12);
  for (const auto* cluster : file.clusters()) {
    auto blocks = matroska_file::blocks_of(*cluster);
    CHECK(blocks.back().time - blocks.front().time < 1000);
  }
  // Sound alone has a cue for each five seconds.
  CHECK(file.cue_times() == std::vector<int64_t>{0, 5000, 10'000});
}

TEST_CASE("a cluster with many octets gets no more frames") {
  auto setup = vp8_and_opus();
  setup.max_cluster_octets = 1000;
  matroska_writer writer{setup};
  for (auto time = 0ms; time < 100ms; time += 10ms)
    writer.handle_frame(video, picture(time, time == 0ms, octets(400)));
  writer.finish();
  auto file = matroska_file{file_of(writer)};
  CHECK(file.clusters().size() == 4);
  CHECK(file.blocks().size() == 10);
}

TEST_CASE("frames of several tracks are in order of time") {
  matroska_writer writer{vp8_and_opus()};
  // The video comes 400 ms later than the sound.
  for (auto time = 0ms; time < 5s; time += 20ms) {
    writer.handle_frame(audio, silence(time));
    if (time >= 400ms && time % 100ms == 0ms)
      writer.handle_frame(video, picture(time - 400ms, time == 400ms));
  }
  writer.finish();
  auto blocks = matroska_file{file_of(writer)}.blocks();
  CHECK(blocks.size() == 250 + 46);
  CHECK(std::is_sorted(
      blocks.begin(), blocks.end(),
      [](const auto& x, const auto& y) { return x.time < y.time; }));
  CHECK(writer.late_frames() == 0);
}

TEST_CASE("a track that has stopped holds up others for 1.8 seconds at most") {
  matroska_writer writer{vp8_and_opus()};
  writer.handle_frame(video, picture(0ms, true));
  for (auto time = 0ms; time < 10s; time += 20ms)
    writer.handle_frame(audio, silence(time));
  // Of 9.98 s, 1.5 are held, and the cluster that began at 8.32 s is open.
  auto file = matroska_file{file_of(writer)};
  CHECK(times_of(file.blocks(), 2).back() == 8300);
}

TEST_CASE("frames with many octets do not wait for other tracks") {
  auto setup = vp8_and_opus();
  setup.max_held_octets = 10'000;
  matroska_writer writer{setup};
  for (auto time = 0ms; time < 1900ms; time += 100ms)
    writer.handle_frame(video, picture(time, true, octets(1000)));
  CHECK(matroska_file{file_of(writer)}.blocks().size() == 8);
}

TEST_CASE("a frame that comes too late to be in order keeps its time") {
  matroska_writer writer{vp8_and_opus()};
  for (auto time = 0ms; time < 4s; time += 20ms)
    writer.handle_frame(audio, silence(time));
  writer.handle_frame(video, picture(500ms, true));
  writer.handle_frame(video, picture(600ms));
  writer.finish();
  CHECK(writer.late_frames() == 2);
  auto file = matroska_file{file_of(writer)};
  CHECK(times_of(file.blocks(), 1) == std::vector<int64_t>{500, 600});
  CHECK(file.length() == 4000);
  CHECK(file.cue_times() == std::vector<int64_t>{500});
}

TEST_CASE("unfit frames are refused, each for its reason, and change nothing") {
  matroska_writer writer{vp8_and_opus()};
  matroska_writer other{vp8_and_opus()};
  auto both = [&](size_t track, media_frame x) {
    CHECK(!writer.handle_frame(track, x));
    CHECK(!other.handle_frame(track, x));
  };
  both(audio, silence(100ms));
  using enum frame_refusal;
  CHECK(writer.handle_frame(2, picture(1s, true)) == wrong_track);
  CHECK(writer.handle_frame(video, silence(1s)) == wrong_track);
  CHECK(writer.handle_frame(video, picture(1s, true, {})) == wrong_size);
  CHECK(writer.handle_frame(video, picture(-1ms, true)) == out_of_order);
  CHECK(writer.handle_frame(audio, silence(99ms)) == out_of_order);
  both(audio, silence(33s));
  CHECK(writer.handle_frame(video, picture(10ms, true)) == std::nullopt);
  CHECK(other.handle_frame(video, picture(10ms, true)) == std::nullopt);
  both(audio, silence(66s));
  both(audio, silence(70s));
  CHECK(writer.handle_frame(video, picture(20s)) == too_late);
  writer.finish();
  other.finish();
  CHECK(writer.handle_frame(audio, silence(80s)) == finished);
  CHECK(file_of(writer) == file_of(other));
  CHECK(writer.refused(wrong_track) == 2);
  CHECK(writer.refused(wrong_size) == 1);
  CHECK(writer.refused(out_of_order) == 2);
  CHECK(writer.refused(too_late) == 1);
  CHECK(writer.refused(finished) == 1);
  CHECK(to_string(too_late) == "too_late");
}

TEST_CASE("times are rounded each by itself") {
  matroska_writer writer{opus_alone()};
  // Packets of 2.5 ms.
  for (int i = 0; i < 800; ++i) {
    auto packet = silence(i * 2500us);
    packet.octets = {0x80, 1};
    writer.handle_frame(0, packet);
  }
  writer.finish();
  auto file = matroska_file{file_of(writer)};
  auto times = times_of(file.blocks(), 1);
  CHECK(times[1] == 3);
  CHECK(times[2] == 5);
  CHECK(times.back() == 1998); // of 1997.5
  CHECK(file.length() == 2000.5);
}

TEST_CASE("the last frame of a video lasts as long as the one before") {
  matroska_writer writer{vp8_and_opus()};
  writer.handle_frame(video, picture(0ms, true));
  writer.handle_frame(video, picture(40ms));
  writer.handle_frame(video, picture(80ms));
  writer.finish();
  CHECK(matroska_file{file_of(writer)}.length() == 120);
  CHECK(writer.length() == 120ms);
}

TEST_CASE("frames are written in time even if no more come") {
  matroska_writer writer{vp8_and_opus()};
  CHECK(!writer.poll_timeout());
  writer.handle_frame(audio, silence(500ms));
  CHECK(writer.poll_timeout() == 2s);
  writer.handle_timeout(1999ms);
  CHECK(writer.poll_timeout() == 2s);
  writer.handle_timeout(2s);
  CHECK(writer.poll_timeout() == 2300ms);
  CHECK(matroska_file{file_of(writer)}.clusters().empty());
  writer.handle_timeout(2300ms);
  CHECK(!writer.poll_timeout());
  recorded_file file;
  CHECK(file.take(writer) == 1);
  writer.handle_timeout(4s);
  CHECK(!writer.poll_write());
}

TEST_CASE("a recording without frames is a file without cues") {
  matroska_writer writer{vp8_and_opus()};
  writer.finish();
  writer.finish();
  auto file = matroska_file{file_of(writer)};
  CHECK(file.length() == 0);
  CHECK(!file.segment.has(0x1C53BB6B));
  CHECK(file.segment[0x114D9B74].all(0x4DBB).size() == 2);
}

TEST_CASE("long recordings keep exact times and positions") {
  matroska_writer writer{vp8_and_opus()};
  // Beyond 2^32 ms, which is 49 days.
  const auto start = std::chrono::hours{24 * 50};
  for (auto time = 0ms; time < 3s; time += 100ms)
    writer.handle_frame(video, picture(start + time, time % 1s == 0ms));
  writer.finish();
  auto file = matroska_file{file_of(writer)};
  auto first = int64_t{24 * 50} * 3600 * 1000;
  CHECK(file.cue_times()
        == std::vector<int64_t>{first, first + 1000, first + 2000});
  CHECK(file.length() == static_cast<double>(first) + 3000);
}
