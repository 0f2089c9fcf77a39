#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/sdp/sdp_tracks.hpp"
#include "tests/protocol/sdp/sdp_samples.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

/// The offers of tests/data/sdp, whose README says what they are.
using namespace troupe;
using namespace troupe::protocol;
using namespace troupe::test;

namespace {

struct outcome_row {
  std::string file;
  /// For each section the codecs, the encodings, or the refusal.
  std::vector<std::string> sections;
};

std::string describe(const rtp_encoding_parameters& in) {
  std::string out = in.rid;
  if (in.ssrc)
    out += "ssrc";
  if (in.rtx_ssrc)
    out += "+rtx";
  return out.empty() ? "mid" : out;
}

std::string describe(const checked<offered_track>& in) {
  if (!in)
    return in.error().what;
  auto params = in->parameters;
  std::string out;
  for (const auto& x : params.codecs)
    out += x.mime_type + ' ' + std::to_string(x.payload_type) + ", ";
  for (const auto& x : params.encodings)
    out += describe(x) + (&x == &params.encodings.back() ? "" : " ");
  auto random = net::make_seeded_rng(1);
  std::string cname;
  complete_producer_parameters(params, cname, *random);
  if (!check_producer(in->kind, params)
      || !get_producer_rtp_parameters_mapping(
          params, default_router_rtp_capabilities(), *random))
    out += ", which cannot be produced";
  return out;
}

std::vector<std::string> outcome_of(const std::string& file) {
  std::vector<std::string> out;
  for (const auto& x : choose_tracks(offer_of(read_offer(file)),
                                     default_router_rtp_capabilities()))
    out.push_back(describe(x));
  return out;
}

} // namespace

TEST_CASE("the offers of real clients are negotiated") {
  const std::string chromium_audio = "audio/opus 111, ssrc";
  const std::string chromium_video = "video/VP8 96, video/rtx 97, ssrc+rtx";
  const std::string firefox_audio = "audio/opus 109, ssrc";
  const std::string firefox_video = "video/VP8 120, video/rtx 124, ssrc+rtx";
  const std::string second = "video: another section of this kind is accepted";
  const std::string data = "application: neither audio nor video by DTLS-SRTP";
  const outcome_row rows[] = {
      {"chromium.sdp", {chromium_audio, chromium_video}},
      {"chromium_gathered.sdp", {chromium_audio, chromium_video}},
      {"chromium_simulcast.sdp",
       {chromium_audio, "video/VP8 96, video/rtx 97, h m l"}},
      {"chromium_screen_and_data.sdp",
       {chromium_audio, chromium_video, second, data}},
      {"chromium_viewer.sdp",
       {"audio: the client sends nothing", "video: the client sends nothing"}},
      {"firefox.sdp", {firefox_audio, firefox_video}},
      {"firefox_gathered.sdp", {firefox_audio, firefox_video}},
      {"firefox_simulcast.sdp",
       {firefox_audio, "video/VP8 120, video/rtx 124, h m l"}},
      {"firefox_screen_and_data.sdp",
       {firefox_audio, firefox_video, second, data}},
      {"ffmpeg_8_0_video.sdp", {"video/H264 106, ssrc"}},
      {"ffmpeg_8_1.sdp",
       {"audio/opus 111, ssrc", "video/H264 106, video/rtx 105, ssrc+rtx"}},
      {"gstreamer.sdp",
       {"video/VP8 96, video/rtx 97, ssrc+rtx", "audio/opus 99, ssrc"}},
      {"obs.sdp",
       {"audio/opus 111, ssrc", "video/H264 96, video/rtx 97, ssrc"}},
      {"obs_simulcast.sdp", {"audio/opus 111, ssrc", "video/H264 96, 0 1 2"}},
  };
  for (const auto& x : rows) {
    CAPTURE(x.file);
    CHECK(outcome_of(x.file) == x.sections);
  }
}

TEST_CASE("FFmpeg 8.0 is the DTLS server, and its absent section no obstacle") {
  const auto offer = offer_of(read_offer("ffmpeg_8_0_video.sdp"));
  CHECK(offer.dtls.role == dtls_role::server);
  REQUIRE(offer.sections.size() == 1);
  sdp_answer answer;
  const auto tracks = choose_tracks(offer, default_router_rtp_capabilities());
  REQUIRE(tracks[0].has_value());
  answer.sections = {tracks[0]->answer};
  const auto text = write_sdp_answer(offer, answer);
  CHECK(text.find("a=group:BUNDLE 1\r\n") != text.npos);
  CHECK(text.find("a=setup:active\r\n") != text.npos);
}
