#include "actors/forward/forward_parameters.hpp"

#include "actors/forward/forward_messages.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using protocol::media_kind;

namespace {

protocol::rtp_parameters consumable_vp8() {
  protocol::rtp_parameters out;
  out.codecs = {{"video/VP8", 101, 90'000, {}, {}, {{"nack", ""}}},
                {"video/rtx", 102, 90'000, {}, {{"apt", int64_t{101}}}, {}}};
  out.header_extensions = {{"urn:3gpp:video-orientation", 11, false, {}}};
  out.encodings.resize(3);
  out.rtcp.cname = "theirs\r\nevil";
  return out;
}

} // namespace

TEST_CASE("simulcast is forwarded as one stream without retransmissions") {
  const auto random = net::make_secure_rng();
  const auto out = forward_parameters(consumable_vp8(), 7, "mine", *random);
  REQUIRE(out.has_value());
  REQUIRE(out->codecs.size() == 1);
  CHECK(out->codecs[0].mime_type == "video/VP8");
  CHECK(int{out->codecs[0].payload_type} == 101);
  REQUIRE(out->encodings.size() == 1);
  CHECK(out->encodings[0].ssrc == 7u);
  CHECK_FALSE(out->encodings[0].rtx_ssrc);
  CHECK(out->header_extensions.empty());
  CHECK(out->rtcp.cname == "mine");
}

TEST_CASE("a codec that the router has not is not forwarded") {
  auto odd = consumable_vp8();
  odd.codecs = {{"video/theora", 101, 90'000, {}, {}, {}}};
  const auto random = net::make_secure_rng();
  CHECK_FALSE(forward_parameters(odd, 7, "mine", *random).has_value());
}

TEST_CASE("a forward's description has every codec of a track to come") {
  forward_info info;
  info.id = forward_id{"id"};
  info.to = *net::parse_address("127.0.0.1", 5004);
  info.tracks = {{media_kind::audio,
                  1,
                  producer_id{"p"},
                  {"audio/opus", 100, 48'000, uint8_t{2}, {}, {}}},
                 {media_kind::video, 2}};
  const auto text = to_sdp(info);
  CHECK(text.find("m=audio 5004 RTP/AVP 100\r\n") != std::string::npos);
  CHECK(text.find("m=video 5006 RTP/AVP 101 ") != std::string::npos);
  for (auto name : {"VP8/90000", "VP9/90000", "H264/90000", "AV1/90000"})
    CHECK(text.find(name) != std::string::npos);
  CHECK(text.find("rtx") == std::string::npos);
  info.tracks[1].producer = producer_id{"q"};
  info.tracks[1].codec = {"video/H264", 107, 90'000, {}, {}, {}};
  CHECK(to_sdp(info).find("m=video 5006 RTP/AVP 107\r\n") != std::string::npos);
}
