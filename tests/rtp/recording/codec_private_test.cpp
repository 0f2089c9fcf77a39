#include "rtp/recording/codec_private.hpp"

#include "tests/support/encoded_frames.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::rtp;
using test::read_frames;
using octets = std::vector<uint8_t>;

namespace {

octets from_hex(std::string_view text) {
  octets out;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<uint8_t>(
        std::stoi(std::string{text.substr(i, 2)}, nullptr, 16)));
  return out;
}

/// NAL units after their lengths.
octets access_unit(std::initializer_list<std::string_view> units) {
  octets out;
  for (auto text : units) {
    auto unit = from_hex(text);
    out.insert(out.end(), {0, 0, 0, static_cast<uint8_t>(unit.size())});
    out.insert(out.end(), unit.begin(), unit.end());
  }
  return out;
}

// Parameter sets that x264 wrote for 1920x1080 in profile High, level 4.0: 1088
// lines, of which 8 are cropped; octets of emulation prevention.
constexpr std::string_view high_sequence =
    "67640028acb200f0044fcb8088000003000800000301e078c19240";
constexpr std::string_view high_picture = "68ebc3cb22c0";

} // namespace

TEST_CASE("OpusHead announces 48 kHz and leaves out no samples") {
  CHECK(make_opus_head(2)
        == from_hex("4f707573486561640102000080bb0000000000"));
}

TEST_CASE("avcC holds the parameter sets of the first access unit") {
  auto first = read_frames("h264", codec::h264).front();
  auto config = make_avc_config(first.octets);
  REQUIRE(config);
  CHECK(config->width == 160);
  CHECK(config->height == 120);
  auto sequence = from_hex("6742c00ad902847e5c04400000030040000005"
                           "03c48992");
  auto expected = from_hex("0142c00affe10017");
  expected.insert(expected.end(), sequence.begin(), sequence.end());
  auto picture = from_hex("01000568cb83cb20");
  expected.insert(expected.end(), picture.begin(), picture.end());
  CHECK(config->private_data == expected);
}

TEST_CASE("avcC of profile High tells chroma format and depth") {
  auto config =
      make_avc_config(access_unit({high_sequence, high_picture, "6588840f"}));
  REQUIRE(config);
  CHECK(config->width == 1920);
  CHECK(config->height == 1080);
  const auto& x = config->private_data;
  CHECK(octets(x.begin(), x.begin() + 6) == from_hex("01640028ffe1"));
  CHECK(octets(x.end() - 4, x.end()) == from_hex("fdf8f800"));
}

TEST_CASE("an access unit without both parameter sets has no avcC") {
  CHECK(!make_avc_config({}));
  CHECK(!make_avc_config(access_unit({high_sequence, "6588840f"})));
  CHECK(!make_avc_config(access_unit({high_picture, "6588840f"})));
  auto torn = access_unit({high_picture, high_sequence});
  for (torn.pop_back(); !torn.empty(); torn.pop_back())
    CHECK(!make_avc_config(torn));
}

TEST_CASE("av1C holds the sequence header of the first temporal unit") {
  auto first = read_frames("av1", codec::av1).front();
  auto config = make_av1_config(first.octets);
  REQUIRE(config);
  CHECK(config->width == 160);
  CHECK(config->height == 120);
  // Main profile, level 2.0, eight bits, 4:2:0; then the sequence header.
  CHECK(config->private_data
        == from_hex("81000c00"
                    "0a0a00000003b4ff736be401"));
}

TEST_CASE("a temporal unit without a whole sequence header has no av1C") {
  CHECK(!make_av1_config({}));
  auto frames = read_frames("av1", codec::av1);
  CHECK(!make_av1_config(frames[1].octets));
  auto header = octets(frames[0].octets.begin(), frames[0].octets.begin() + 12);
  CHECK(make_av1_config(header));
  for (header.pop_back(); !header.empty(); header.pop_back())
    CHECK(!make_av1_config(header));
  // An OBU of four octets cannot hold one.
  CHECK(!make_av1_config(from_hex("0a0400000003")));
}

TEST_CASE("tracks are described by their first frames") {
  auto vp8 = describe_track(read_frames("vp8", codec::vp8).front());
  REQUIRE(vp8);
  CHECK(vp8->width == 160);
  CHECK(vp8->private_data.empty());
  auto opus = describe_track(read_frames("opus", codec::opus).front());
  REQUIRE(opus);
  CHECK(opus->sample_rate == 48000);
  CHECK(opus->channels == 2);
  CHECK(opus->private_data == make_opus_head(2));
  auto h264 = describe_track(read_frames("h264", codec::h264).front());
  REQUIRE(h264);
  CHECK(h264->height == 120);
  CHECK(!h264->private_data.empty());
}

TEST_CASE("a frame that tells too little describes no track") {
  CHECK(!describe_track(read_frames("vp8", codec::vp8)[1]));
  CHECK(!describe_track(read_frames("h264", codec::h264)[1]));
  auto frame = read_frames("vp9", codec::vp9).front();
  frame.width = 0;
  CHECK(!describe_track(frame));
  frame.kind = codec::other_video;
  CHECK(!describe_track(frame));
}
