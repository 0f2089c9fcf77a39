#include "actors/trunk/pipe_parameters.hpp"
#include "protocol/ortc/ortc.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::actors;

namespace {

protocol::rtp_parameters consumable_video(size_t encodings) {
  protocol::rtp_parameters out;
  out.codecs = {
      {"video/VP8",
       101,
       90000,
       {},
       {},
       {{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"transport-cc", ""}}},
      {"video/rtx", 102, 90000, {}, {{"apt", int64_t{101}}}, {}}};
  out.header_extensions = {
      {"urn:ietf:params:rtp-hdrext:sdes:mid", 1, false, {}},
      {"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", 2, false, {}},
      {"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
       4,
       false,
       {}},
      {"http://www.ietf.org/id/"
       "draft-holmer-rmcat-transport-wide-cc-extensions-01",
       5,
       false,
       {}},
      {"urn:3gpp:video-orientation", 11, false, {}},
      {"http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
       13,
       false,
       {}}};
  for (size_t i = 0; i < encodings; ++i) {
    auto& x = out.encodings.emplace_back();
    x.ssrc = 7;
    x.rid = "r" + std::to_string(i);
    x.scalability_mode = "L1T3";
  }
  out.rtcp.cname = "ann";
  return out;
}

bool has_piped_extension(const protocol::rtp_parameters& x,
                         std::string_view text) {
  return std::ranges::any_of(x.header_extensions, [&](const auto& y) {
    return y.uri.find(text) != std::string::npos;
  });
}

} // namespace

TEST_CASE("between nodes each encoding has the SSRCs that were drawn for it") {
  const auto kind = protocol::media_kind::video;
  const auto consumable = consumable_video(2);
  REQUIRE(pipe_ssrc_count(consumable) == 4);
  const std::vector<uint32_t> ssrcs{11, 12, 13, 14};
  const auto out = pipe_parameters(kind, consumable, ssrcs);
  REQUIRE(out.has_value());
  REQUIRE(out->encodings.size() == 2);
  CHECK(out->encodings[0].ssrc == 11);
  CHECK(out->encodings[0].rtx_ssrc == 12);
  CHECK(out->encodings[1].ssrc == 13);
  CHECK(out->encodings[1].rtx_ssrc == 14);
  CHECK(out->encodings[1].rid.empty());
  CHECK(out->encodings[1].scalability_mode == "L1T3");
  CHECK(out->rtcp.cname == "ann");
  CHECK(out->codecs[0].payload_type == 101);
  CHECK_FALSE(has_piped_extension(*out, "mid"));
  CHECK_FALSE(has_piped_extension(*out, "rtp-stream-id"));
  CHECK_FALSE(has_piped_extension(*out, "abs-send-time"));
  CHECK_FALSE(has_piped_extension(*out, "transport-wide-cc"));
  CHECK(has_piped_extension(*out, "video-orientation"));
  CHECK(has_piped_extension(*out, "abs-capture-time"));
  CHECK(has_piped_extension(*out, "dependency-descriptor"));
  // The other node makes the same.
  CHECK(*pipe_parameters(kind, consumable, ssrcs) == *out);
}

TEST_CASE("audio has retransmissions between nodes, under a free number") {
  protocol::rtp_parameters consumable;
  consumable.codecs = {{"audio/opus", 100, 48000, uint8_t{2}, {}, {}},
                       {"audio/PCMU", 127, 8000, {}, {}, {}}};
  consumable.encodings.resize(1);
  const auto kind = protocol::media_kind::audio;
  REQUIRE(pipe_ssrc_count(consumable) == 2);
  const std::vector<uint32_t> ssrcs{9, 10};
  const auto out = pipe_parameters(kind, consumable, ssrcs);
  REQUIRE(out.has_value());
  CHECK(out->encodings[0].ssrc == 9);
  CHECK(out->encodings[0].rtx_ssrc == 10);
  const protocol::rtcp_feedback nack{"nack", ""};
  CHECK(out->codecs[0].feedback == std::vector{nack});
  REQUIRE(out->codecs.size() == 3);
  CHECK(out->codecs[2].mime_type == "audio/rtx");
  CHECK(out->codecs[2].payload_type == 126);
  CHECK(out->codecs[2].parameters.at("apt")
        == protocol::parameter_value{int64_t{100}});
  CHECK(*pipe_parameters(kind, consumable, ssrcs) == *out);
}

TEST_CASE("no parameters are made of what no producer could send") {
  const auto kind = protocol::media_kind::video;
  auto x = consumable_video(2);
  const std::vector<uint32_t> four{1, 2, 3, 4};
  CHECK(pipe_parameters(kind, x, four).has_value());
  CHECK_FALSE(pipe_parameters(kind, x, std::vector<uint32_t>{1, 2, 3}));
  CHECK_FALSE(pipe_parameters(kind, x, {}));
  CHECK_FALSE(pipe_parameters(protocol::media_kind::audio, x,
                              std::vector<uint32_t>{1, 2}));
  x.codecs.clear();
  CHECK_FALSE(pipe_parameters(kind, x, four));
  CHECK(pipe_ssrc_count(consumable_video(1000)) == 0);
}
