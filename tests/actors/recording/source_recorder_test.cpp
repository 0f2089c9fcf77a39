#include "actors/recording/source_recorder.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

constexpr source_recorder::track_id camera = 7;

// A frame of an encoding, of one packet.
rtp::media_packet picture(uint8_t encoding, int number, bool key,
                          net::time_point when) {
  packet_spec x;
  x.ssrc = 1u + encoding;
  x.sequence = static_cast<uint16_t>(number);
  x.timestamp = static_cast<uint32_t>(number) * 9000;
  x.marker = true;
  x.payload = key ? vp8_key : vp8_delta;
  rtp::media_packet out{make_packet(x, when)};
  out.sequence = number;
  out.timestamp = number * 9000;
  out.encoding = encoding;
  out.keyframe = key;
  out.start_of_frame = out.end_of_frame = true;
  return out;
}

} // namespace

TEST_CASE("a recorder asks for a track's key frames at most once a second") {
  source_recorder recorder{{at(0ms), "Weekly", {}}};
  rtp::track_recorder::config camera_config;
  recorder.add_track(camera, camera_config, "", false, at(0ms));
  std::vector<net::time_point> asked;
  std::set<uint8_t> encodings;
  // The lower encoding lacks a packet from 500 ms on; the higher one is there
  // from 700 ms on. Both need a key frame, and none comes.
  for (int i = 0; i < 100; ++i) {
    const auto now = at(i * 100ms);
    std::vector<rtp::media_packet> out;
    if (i != 5)
      out.push_back(picture(0, i, i == 0, now));
    if (i >= 7)
      out.push_back(picture(1, i, false, now));
    recorder.handle_packets(camera, out, now);
    recorder.handle_timeout(now);
    while (recorder.poll_event())
      continue;
    while (const auto x = recorder.poll_keyframe_request()) {
      CHECK(x->track == camera);
      asked.push_back(now);
      encodings.insert(x->encoding);
    }
  }
  CHECK(encodings.contains(1));
  CHECK(asked.size() >= 8);
  for (size_t i = 1; i < asked.size(); ++i)
    CHECK(asked[i] - asked[i - 1] >= 1s);
}
