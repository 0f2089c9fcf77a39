#pragma once

#include "rtp/codec/opus.hpp"
#include "rtp/recording/media_frame.hpp"
#include "tests/support/source_tree.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace troupe::test {

/// Whether frame `i` of the videos in tests/data/recording is a key frame.
inline bool begins_second(size_t i) {
  return i % 10 == 0;
}

/// Reads the frames of tests/data/recording/`name`.frames, with their times:
/// ten frames of video a second, packets of audio one after another.
inline std::vector<rtp::media_frame> read_frames(const std::string& folder,
                                                 const std::string& name,
                                                 rtp::codec kind) {
  static constexpr std::array<std::array<uint32_t, 2>, 3> vp8_sizes{
      {{160, 120}, {320, 240}, {80, 60}}};
  auto file = std::ifstream{folder + "/" + name + ".frames", std::ios::binary};
  auto octets = std::vector<uint8_t>{std::istreambuf_iterator<char>{file}, {}};
  if (octets.empty())
    throw std::runtime_error("no frames of " + name + " in " + folder);
  std::vector<rtp::media_frame> out;
  auto in = net::byte_reader{octets};
  auto audio_time = rtp::duration{};
  while (in.remaining() > 0) {
    auto frame = in.bytes(in.u32());
    rtp::media_frame x;
    x.kind = kind;
    x.octets.assign(frame.begin(), frame.end());
    if (kind == rtp::codec::opus) {
      x.keyframe = true;
      x.time = audio_time;
      x.length = rtp::parse_opus(frame)->packet_duration();
      audio_time += x.length;
    } else {
      x.time = out.size() * std::chrono::milliseconds{100};
      x.keyframe = begins_second(out.size());
      auto size =
          kind == rtp::codec::vp8 ? vp8_sizes[out.size() / 10] : vp8_sizes[0];
      if (x.keyframe) {
        x.width = size[0];
        x.height = size[1];
      }
    }
    out.push_back(std::move(x));
  }
  return out;
}

/// The same from this source tree.
inline std::vector<rtp::media_frame> read_frames(const std::string& name,
                                                 rtp::codec kind) {
  return read_frames(in_source_tree("tests/data/recording"), name, kind);
}

} // namespace troupe::test
