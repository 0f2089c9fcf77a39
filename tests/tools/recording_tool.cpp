// Writes recordings of the frames in tests/data/recording, and repairs files,
// for tests with programs that play them.
//
//   recording_tool write FRAMES FOLDER   a file of each kind into FOLDER
//   recording_tool repair FILE           in place
//
// Each file but opus.webm has three seconds of video and sound. unfinished.webm
// lacks its end and a part of its last cluster; repaired.webm is the same,
// repaired.

#include "rtp/recording/codec_private.hpp"
#include "rtp/recording/matroska_writer.hpp"
#include "tests/support/encoded_frames.hpp"
#include "tests/support/recorded_file.hpp"

#include <cstdio>
#include <map>

using namespace troupe;
using namespace troupe::rtp;
using test::recorded_file;

namespace {

void save(const std::string& path, const std::vector<uint8_t>& octets) {
  auto file = std::ofstream{path, std::ios::binary};
  file.write(reinterpret_cast<const char*>(octets.data()),
             static_cast<std::streamsize>(octets.size()));
  if (!file.flush())
    throw std::runtime_error("cannot write " + path);
}

std::vector<uint8_t> load(const std::string& path) {
  auto file = std::ifstream{path, std::ios::binary};
  if (!file)
    throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// A recording of the tracks, each a list of frames.
recorded_file record(const std::vector<std::vector<media_frame>>& tracks,
                     bool finished = true) {
  matroska_writer::config setup;
  setup.info.title = "A test of recordings";
  setup.info.date = std::chrono::seconds{1'767'225'600}; // 2026-01-01
  for (const auto& x : tracks)
    setup.tracks.push_back(describe_track(x.front()).value());
  matroska_writer writer{setup};
  // As they would come: in order of time.
  std::multimap<duration, std::pair<size_t, const media_frame*>> all;
  for (size_t i = 0; i < tracks.size(); ++i)
    for (const auto& x : tracks[i])
      all.emplace(x.time, std::pair{i, &x});
  for (const auto& [time, x] : all)
    if (writer.handle_frame(x.first, *x.second))
      throw std::runtime_error("a frame was refused");
  recorded_file out;
  if (!finished)
    writer.handle_timeout(std::chrono::hours{1});
  else
    writer.finish();
  out.take(writer);
  return out;
}

void repair(recorded_file& file) {
  file.carry_out(file.plan().value());
}

void write(const std::string& frames, const std::string& folder) {
  auto sound = test::read_frames(frames, "opus", codec::opus);
  auto vp8 = test::read_frames(frames, "vp8", codec::vp8);
  save(folder + "/opus.webm", record({sound}).octets);
  save(folder + "/vp8.webm", record({vp8, sound}).octets);
  for (auto [name, kind] : {std::pair{"vp9", codec::vp9}, {"av1", codec::av1}})
    save(folder + "/" + name + ".webm",
         record({test::read_frames(frames, name, kind), sound}).octets);
  save(folder + "/h264.mkv",
       record({test::read_frames(frames, "h264", codec::h264), sound}).octets);
  auto torn = record({vp8, sound}, false);
  torn.octets.resize(torn.octets.size() - 1000);
  save(folder + "/unfinished.webm", torn.octets);
  repair(torn);
  save(folder + "/repaired.webm", torn.octets);
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + 1, argv + argc};
  try {
    if (words.size() == 3 && words[0] == "write") {
      write(words[1], words[2]);
    } else if (words.size() == 2 && words[0] == "repair") {
      recorded_file file{load(words[1])};
      repair(file);
      save(words[1], file.octets);
    } else {
      std::fprintf(stderr, "usage: recording_tool write FRAMES FOLDER\n"
                           "       recording_tool repair FILE\n");
      return 2;
    }
  } catch (const std::exception& x) {
    std::fprintf(stderr, "recording_tool: %s\n", x.what());
    return 1;
  }
  return 0;
}
