#include "protocol/sdp/sdp_streams.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::protocol;

namespace {

rtp_codec_parameters opus() {
  return {
      "audio/opus",  100, 48'000, uint8_t{2}, {{"useinbandfec", int64_t{1}}},
      {{"nack", ""}}};
}

std::string describe(const std::string& ip, std::vector<sdp_stream> streams) {
  return write_sdp_streams(7, 3, *net::parse_address(ip, 5004), streams);
}

} // namespace

TEST_CASE("plain RTP is described for the program that receives it") {
  const rtp_codec_parameters vp8{"video/VP8", 101, 90'000, {}, {}, {}};
  const rtp_codec_parameters h264{
      "video/H264", 107, 90'000, {}, {{"packetization-mode", int64_t{1}}}, {}};
  CHECK(
      describe("192.0.2.1", {{media_kind::audio, {opus()}, 5004, 11, "id"},
                             {media_kind::video, {vp8, h264}, 5006, 12, "id"}})
      == "v=0\r\n"
         "o=- 7 3 IN IP4 192.0.2.1\r\n"
         "s=Troupe\r\n"
         "c=IN IP4 192.0.2.1\r\n"
         "t=0 0\r\n"
         "m=audio 5004 RTP/AVP 100\r\n"
         "a=rtcp:5005\r\n"
         "a=sendonly\r\n"
         "a=rtpmap:100 opus/48000/2\r\n"
         "a=fmtp:100 useinbandfec=1\r\n"
         "a=ssrc:11 cname:id\r\n"
         "m=video 5006 RTP/AVP 101 107\r\n"
         "a=rtcp:5007\r\n"
         "a=sendonly\r\n"
         "a=rtpmap:101 VP8/90000\r\n"
         "a=rtpmap:107 H264/90000\r\n"
         "a=fmtp:107 packetization-mode=1\r\n"
         "a=ssrc:12 cname:id\r\n");
  CHECK(describe("2001:db8::1", {}).find("c=IN IP6 2001:db8::1\r\n")
        != std::string::npos);
}

TEST_CASE("a member's codec cannot add lines to a description") {
  auto codec = opus();
  codec.parameters["x"] = std::string{"1\r\na=evil"};
  codec.parameters["y\nm=evil"] = int64_t{1};
  codec.parameters["z"] = std::string{"fine"};
  const auto text =
      describe("::1", {{media_kind::audio, {codec}, 5004, 11, "id"}});
  CHECK(text.find("evil") == std::string::npos);
  CHECK(text.find("a=fmtp:100 useinbandfec=1;z=fine\r\n") != std::string::npos);
}
