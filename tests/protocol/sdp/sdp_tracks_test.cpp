#include "protocol/sdp/sdp_tracks.hpp"

#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "tests/protocol/sdp/sdp_samples.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::protocol;
using namespace troupe::test;

namespace {

using tracks = std::vector<checked<offered_track>>;

const rtp_capabilities& router() {
  return default_router_rtp_capabilities();
}

tracks tracks_of(std::string_view text) {
  return choose_tracks(offer_of(text), router());
}

const offered_track& track(const tracks& all, size_t index) {
  REQUIRE(index < all.size());
  REQUIRE_MESSAGE(all[index].has_value(),
                  (all[index] ? "" : all[index].error().what));
  return *all[index];
}

refusal refused(const tracks& all, size_t index) {
  REQUIRE(index < all.size());
  REQUIRE(!all[index]);
  return all[index].error();
}

std::vector<std::string> uris(const rtp_parameters& params) {
  std::vector<std::string> out;
  for (const auto& x : params.header_extensions)
    out.push_back(std::to_string(x.id) + ' ' + x.uri);
  return out;
}

// The names of the codecs that a track would be sent with.
std::vector<std::string> codecs(const offered_track& in) {
  std::vector<std::string> out;
  for (const auto& x : in.parameters.codecs)
    out.push_back(std::to_string(x.payload_type) + ' ' + x.mime_type);
  return out;
}

// Negotiates as a peer does with verb::produce.
void produce(const offered_track& in) {
  auto params = in.parameters;
  auto rng = net::make_seeded_rng(1);
  std::string cname;
  complete_producer_parameters(params, cname, *rng);
  REQUIRE(check_producer(in.kind, params).has_value());
  REQUIRE(
      get_producer_rtp_parameters_mapping(params, router(), *rng).has_value());
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("each section becomes a track that can be produced") {
  const auto all = tracks_of(short_offer);
  REQUIRE(all.size() == 2);
  const auto& audio = track(all, 0);
  CHECK(audio.kind == media_kind::audio);
  CHECK(audio.parameters.mid == "0");
  CHECK(audio.parameters.rtcp.cname == "someone");
  CHECK(codecs(audio) == list{"111 audio/opus"});
  REQUIRE(audio.parameters.encodings.size() == 1);
  CHECK(audio.parameters.encodings[0].ssrc == 11u);
  produce(audio);
  const auto& video = track(all, 1);
  CHECK(video.kind == media_kind::video);
  CHECK(codecs(video) == list{"96 video/VP8", "97 video/rtx"});
  REQUIRE(video.parameters.encodings.size() == 1);
  CHECK(video.parameters.encodings[0].ssrc == 21u);
  CHECK(video.parameters.encodings[0].rtx_ssrc == 22u);
  produce(video);
}

TEST_CASE("the codec is the first offered that the router has") {
  const auto text = with(with_lines("a=rtpmap:98 AV1/90000\n"
                                    "a=rtpmap:99 rtx/90000\n"
                                    "a=fmtp:99 apt=98\n"),
                         "SAVPF 96 97", "SAVPF 100 99 98 96 97")
                    + "a=rtpmap:100 H265/90000\n";
  CHECK(codecs(track(tracks_of(text), 1))
        == list{"98 video/AV1", "99 video/rtx"});
}

TEST_CASE("a codec is answered without RTX if the client offers none") {
  CHECK(codecs(track(tracks_of(with(short_offer, "apt=96", "apt=95")), 1))
        == list{"96 video/VP8"});
  CHECK(!track(tracks_of(with(short_offer, "apt=96", "apt=95")), 1)
             .parameters.encodings[0]
             .rtx_ssrc);
}

TEST_CASE("without a common codec the refusal names all that were offered") {
  const auto text = with(with_lines("a=rtpmap:98 H264/90000\n"
                                    "a=fmtp:98 profile-level-id=64001f\n"
                                    "a=rtpmap:99 H265/90000\n"),
                         "SAVPF 96 97", "SAVPF 96 97 98 99");
  const auto all = tracks_of(with(text, "VP8", "H265"));
  track(all, 0);
  CHECK(refused(all, 1).code == ortc_errc::no_common_codec);
  CHECK(refused(all, 1).what
        == "video: no common codec: offered H265, H264 (64001f)");
  CHECK(refused(tracks_of(with(short_offer, "opus", "PCMU")), 0).what
        == "audio: no common codec: offered PCMU");
  CHECK(refused(tracks_of(with(short_offer, "a=rtpmap:111 opus/48000/2\n", "")),
                0)
            .what
        == "audio: no common codec: offered none");
}

TEST_CASE("H.264 is chosen by profile and packetization mode") {
  const auto chosen = [](const std::string& fmtp) {
    const auto text =
        with(with_lines("a=fmtp:96 " + fmtp + '\n'), "VP8", "H264");
    return tracks_of(text)[1].has_value();
  };
  CHECK(chosen("packetization-mode=1;profile-level-id=42e01f"));
  CHECK(chosen("packetization-mode=1;profile-level-id=4d001f"));
  CHECK(chosen("packetization-mode=1;profile-level-id=640028"));
  CHECK(chosen("packetization-mode=1"));
  CHECK(!chosen("packetization-mode=0;profile-level-id=42e01f"));
  CHECK(!chosen("packetization-mode=1;profile-level-id=42001f"));
  CHECK(!chosen("packetization-mode=1;profile-level-id=f4001f"));
  CHECK(!chosen("packetization-mode=1;profile-level-id=42e0"));
}

TEST_CASE("the level of H.264 is the router's if both allow asymmetry") {
  const auto level = [](std::string_view asymmetry) {
    const auto text =
        with(with_lines("a=fmtp:96 packetization-mode=1;"
                        "profile-level-id=640028;level-asymmetry-allowed="
                        + std::string{asymmetry} + '\n'),
             "VP8", "H264");
    const auto all = tracks_of(text);
    const auto& answered = track(all, 1).answer.parameters.codecs[0];
    return std::get<std::string>(answered.parameters.at("profile-level-id"));
  };
  CHECK(level("1") == "640032");
  CHECK(level("0") == "640028");
}

TEST_CASE("feedback and extensions are the common ones, with the offer's ids") {
  const auto all = tracks_of(
      with_lines("a=rtcp-fb:96 nack\n"
                 "a=rtcp-fb:96 nack pli\n"
                 "a=rtcp-fb:96 rrtr\n"
                 "a=rtcp-fb:96 transport-cc\n"
                 "a=rtcp-fb:96 goog-remb\n"
                 "a=extmap:3 urn:ietf:params:rtp-hdrext:toffset\n"
                 "a=extmap:14 http://www.ietf.org/id/"
                 "draft-holmer-rmcat-transport-wide-cc-extensions-01\n"
                 "a=extmap:5/recvonly urn:3gpp:video-orientation\n"
                 "a=extmap:6 urn:example:unknown\n"
                 // Of audio only.
                 "a=extmap:7 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"));
  const auto& video = track(all, 1);
  CHECK(uris(video.parameters)
        == list{"3 urn:ietf:params:rtp-hdrext:toffset",
                "14 http://www.ietf.org/id/"
                "draft-holmer-rmcat-transport-wide-cc-extensions-01"});
  CHECK(video.parameters.codecs[0].feedback
        == std::vector<rtcp_feedback>{
            {"nack", ""}, {"nack", "pli"}, {"transport-cc", ""}});
  CHECK(video.answer.parameters.header_extensions
        == video.parameters.header_extensions);
  CHECK(video.answer.parameters.codecs[0].feedback
        == video.parameters.codecs[0].feedback);
}

TEST_CASE("bandwidth is estimated by the one method that has its extension") {
  const std::string both =
      "a=rtcp-fb:96 transport-cc\na=rtcp-fb:96 goog-remb\n";
  const auto feedback = [&](const std::string& lines) {
    const auto all = tracks_of(with_lines(both + lines));
    return track(all, 1).parameters.codecs[0].feedback;
  };
  const std::string times =
      "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\n";
  CHECK(feedback("").empty());
  CHECK(feedback(times) == std::vector<rtcp_feedback>{{"goog-remb", ""}});
  CHECK(feedback(times
                 + "a=extmap:3 http://www.ietf.org/id/"
                   "draft-holmer-rmcat-transport-wide-cc-extensions-01\n")
        == std::vector<rtcp_feedback>{{"transport-cc", ""}});
}

TEST_CASE("simulcast has an encoding per RID, and its sources are ignored") {
  const std::string lines =
      "a=rid:h send\na=rid:l send\na=simulcast:send h;l\n";
  const std::string extension =
      "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\n";
  const auto all = tracks_of(with_lines(lines + extension));
  const auto& video = track(all, 1);
  REQUIRE(video.parameters.encodings.size() == 2);
  CHECK(video.parameters.encodings[0].rid == "h");
  CHECK(!video.parameters.encodings[0].ssrc);
  CHECK(video.parameters.encodings[1].rid == "l");
  produce(video);
  // Without the extension no packet would tell its RID.
  const auto plain = tracks_of(with_lines(lines));
  REQUIRE(track(plain, 1).parameters.encodings.size() == 1);
  CHECK(track(plain, 1).parameters.encodings[0].ssrc == 21u);
}

TEST_CASE("a section whose packets nothing identifies is refused") {
  const auto no_source = with(short_offer,
                              "a=ssrc-group:FID 21 22\n"
                              "a=ssrc:21 cname:someone\n"
                              "a=ssrc:22 cname:someone\n",
                              "");
  CHECK(refused(tracks_of(no_source), 1).code == sdp_errc::unidentified);
  const auto all =
      tracks_of(no_source + "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\n");
  REQUIRE(track(all, 1).parameters.encodings.size() == 1);
  CHECK(!track(all, 1).parameters.encodings[0].ssrc);
  produce(track(all, 1));
}

TEST_CASE("only one section of each kind that sends media is accepted") {
  const std::string second = "m=video 9 UDP/TLS/RTP/SAVPF 96\n"
                             "a=mid:2\n"
                             "a=rtcp-mux\n"
                             "a=rtpmap:96 VP8/90000\n"
                             "a=ssrc:31 cname:someone\n";
  const auto text = with(with_lines(second), "BUNDLE 0 1", "BUNDLE 0 1 2");
  CHECK(refused(tracks_of(text), 2).code == sdp_errc::second_of_kind);
  // Refused sections do not count.
  const auto first_refused =
      with(text, "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m=video 0 X 96");
  CHECK(refused(tracks_of(first_refused), 1).code
        == sdp_errc::section_rejected);
  CHECK(track(tracks_of(first_refused), 2).kind == media_kind::video);
}

TEST_CASE("sections that cannot be received are refused for their reason") {
  const auto code = [](std::string_view from, std::string_view to) {
    return refused(tracks_of(with(short_offer, from, to)), 1).code;
  };
  CHECK(code("a=sendonly", "a=recvonly") == sdp_errc::wrong_direction);
  CHECK(code("a=sendonly", "a=inactive") == sdp_errc::wrong_direction);
  CHECK(code("a=rtcp-mux\n", "") == sdp_errc::no_rtcp_mux);
  CHECK(code("BUNDLE 0 1", "BUNDLE 0") == sdp_errc::not_bundled);
  CHECK(code("m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 RTP/AVP")
        == sdp_errc::unsupported_media);
  CHECK(code("m=video 9", "m=video 0") == sdp_errc::section_rejected);
}

TEST_CASE("a section alone need not be bundled, nor have a MID") {
  const auto text = with(with(with(short_offer, "m=audio 9", "m=audio 0"),
                              "a=group:BUNDLE 0 1\n", ""),
                         "a=mid:1\n", "");
  CHECK(track(tracks_of(text), 1).parameters.encodings[0].ssrc == 21u);
}

TEST_CASE("Opus is answered with what the client shall do as it encodes") {
  const auto answered = [](const std::string& fmtp) {
    const auto text =
        with(short_offer, "a=rtpmap:111 opus/48000/2\n",
             "a=rtpmap:111 OPUS/48000/2\na=fmtp:111 " + fmtp + '\n');
    const auto all = tracks_of(text);
    const auto& audio = track(all, 0);
    CHECK(audio.parameters.codecs[0].mime_type == "audio/opus");
    return audio.answer.parameters.codecs[0].parameters;
  };
  CHECK(answered("minptime=10;useinbandfec=1;x-unknown=1")
        == parameter_map{{"minptime", int64_t{10}},
                         {"useinbandfec", int64_t{1}}});
  CHECK(answered("sprop-stereo=1") == parameter_map{{"stereo", int64_t{1}}});
}

TEST_CASE("a client that uses DTX is expected to be silent at times") {
  const auto text = with(short_offer, "a=rtpmap:111 opus/48000/2\n",
                         "a=rtpmap:111 opus/48000/2\na=fmtp:111 usedtx=1\n");
  CHECK(track(tracks_of(text), 0).parameters.encodings[0].dtx);
  CHECK(!track(tracks_of(short_offer), 0).parameters.encodings[0].dtx);
}

TEST_CASE("a viewer is answered all common codecs and one stream per kind") {
  const auto text = with(
      with(with(with_lines("a=rtcp-fb:96 nack\n"
                           "a=rtpmap:98 H265/90000\n"
                           "a=rtpmap:99 AV1/90000\n"
                           "a=extmap:4/sendonly urn:3gpp:video-orientation\n"
                           "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:"
                           "rtp-stream-id\n"
                           "a=extmap:9 urn:ietf:params:rtp-hdrext:toffset\n"),
                "SAVPF 96 97", "SAVPF 96 97 98 99"),
           "a=sendonly", "a=recvonly"),
      "a=sendonly", "a=sendrecv");
  const std::vector<viewer_stream> streams{
      {media_kind::audio, 100, 0, "room audio", "server"},
      {media_kind::video, 200, 201, "room video", "server"}};
  const auto all = choose_viewer_sections(offer_of(text), router(), streams);
  REQUIRE(all.size() == 2);
  REQUIRE(all[0].has_value());
  CHECK(all[0]->direction == media_direction::sendonly);
  CHECK(all[0]->parameters.encodings[0].ssrc == 100u);
  CHECK(!all[0]->parameters.encodings[0].rtx_ssrc);
  REQUIRE(all[1].has_value());
  const auto& video = all[1]->parameters;
  CHECK(video.mid == "1");
  CHECK(video.msid == "room video");
  CHECK(video.rtcp.cname == "server");
  CHECK(codecs({media_kind::video, video, {}})
        == list{"96 video/VP8", "97 video/rtx", "99 video/AV1"});
  CHECK(video.codecs[0].feedback == std::vector<rtcp_feedback>{{"nack", ""}});
  // The server only receives the RID.
  CHECK(uris(video) == list{"9 urn:ietf:params:rtp-hdrext:toffset"});
  REQUIRE(video.encodings.size() == 1);
  CHECK(video.encodings[0].ssrc == 200u);
  CHECK(video.encodings[0].rtx_ssrc == 201u);
  const auto none = choose_viewer_sections(offer_of(text), router(), {});
  CHECK(none[0].error().code == sdp_errc::unsupported_media);
  const auto publisher =
      choose_viewer_sections(offer_of(short_offer), router(), streams);
  CHECK(publisher[0].error().code == sdp_errc::wrong_direction);
}
