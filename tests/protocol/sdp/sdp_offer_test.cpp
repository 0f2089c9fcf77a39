#include "protocol/sdp/sdp_offer.hpp"

#include "tests/protocol/sdp/sdp_samples.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe::protocol;
using namespace troupe::test;

namespace {

refusal refusal_of(std::string_view text) {
  const auto out = parse_sdp_offer(text);
  REQUIRE(!out);
  return out.error();
}

std::string times(size_t count, std::string_view line) {
  std::string out;
  for (size_t i = 0; i < count; ++i)
    out += line;
  return out;
}

} // namespace

TEST_CASE("an offer's sections, transport and sources are read") {
  const auto offer = offer_of(short_offer);
  CHECK(offer.ice == ice_parameters{"abcd", "0123456789abcdefghijkl", false});
  REQUIRE(offer.dtls.fingerprints.size() == 1);
  CHECK(offer.dtls.fingerprints[0].algorithm == "sha-1");
  CHECK(offer.dtls.role == dtls_role::client);
  CHECK(offer.bundles == std::vector<std::vector<std::string>>{{"0", "1"}});
  REQUIRE(offer.sections.size() == 2);
  const auto& audio = offer.sections[0];
  CHECK(audio.mid == "0");
  CHECK(audio.kind == media_kind::audio);
  CHECK(audio.direction == media_direction::sendonly);
  CHECK(!audio.rejected);
  CHECK(audio.rtcp_mux);
  REQUIRE(audio.codecs.size() == 1);
  CHECK(audio.codecs[0].mime_type == "audio/opus");
  CHECK(audio.codecs[0].channels == 2);
  CHECK(audio.sources == std::vector<sdp_source>{{11, {}, "someone"}});
  const auto& video = offer.sections[1];
  CHECK(video.kind == media_kind::video);
  REQUIRE(video.codecs.size() == 2);
  CHECK(video.codecs[0].clock_rate == 90'000);
  CHECK(!video.codecs[0].channels);
  CHECK(video.codecs[1].parameters == parameter_map{{"apt", int64_t{96}}});
  CHECK(video.sources == std::vector<sdp_source>{{21, 22u, "someone"}});
}

TEST_CASE("each setup says who will be the DTLS client") {
  CHECK(offer_of(with(short_offer, "setup:actpass", "setup:active")).dtls.role
        == dtls_role::client);
  CHECK(offer_of(with(short_offer, "setup:actpass", "setup:passive")).dtls.role
        == dtls_role::server);
  CHECK(offer_of(with(short_offer, "a=setup:actpass\n", "")).dtls.role
        == dtls_role::client);
  CHECK(refusal_of(with(short_offer, "setup:actpass", "setup:holdconn")).what
        == "line 9: a=setup: neither actpass, active nor passive");
}

TEST_CASE("attributes of a section replace those of the session") {
  const auto offer = offer_of(with(with_lines("a=extmap:5 urn:y\n"
                                              "a=extmap:2 urn:z\n"
                                              "a=recvonly\n"),
                                   "a=setup:actpass\n",
                                   "a=setup:actpass\n"
                                   "a=inactive\n"
                                   "a=extmap:1 urn:x\n"
                                   "a=extmap:2/sendonly urn:y\n"));
  const auto& audio = offer.sections[0].header_extensions;
  REQUIRE(audio.size() == 2);
  CHECK(audio[0].uri == "urn:x");
  CHECK(audio[0].kind == media_kind::audio);
  CHECK(audio[1].direction == extension_direction::sendonly);
  const auto& video = offer.sections[1];
  CHECK(video.direction == media_direction::recvonly);
  REQUIRE(video.header_extensions.size() == 3);
  CHECK(video.header_extensions[0].uri == "urn:x");
  CHECK(video.header_extensions[0].kind == media_kind::video);
  CHECK(video.header_extensions[1].uri == "urn:y");
  CHECK(video.header_extensions[1].preferred_id == 5);
  CHECK(video.header_extensions[2].uri == "urn:z");
}

TEST_CASE("the transport may be described in a section") {
  auto text = std::string{short_offer};
  const auto begin = text.find("a=ice-ufrag");
  const auto end = text.find("m=audio");
  const auto lines = text.substr(begin, end - begin);
  const auto moved = text.erase(begin, end - begin) + lines;
  CHECK(offer_of(moved).ice == offer_of(short_offer).ice);
  CHECK(offer_of(moved).dtls == offer_of(short_offer).dtls);
}

TEST_CASE("port 0 rejects a section unless it is bundle-only") {
  const auto zero = with(short_offer, "m=video 9", "m=video 0");
  CHECK(offer_of(zero).sections[1].rejected);
  CHECK(!offer_of(zero + "a=bundle-only\n").sections[1].rejected);
}

TEST_CASE("a client that has no other port than RTP's multiplexes RTCP") {
  const auto only = with(short_offer, "a=rtcp-mux\n", "a=rtcp-mux-only\n");
  CHECK(offer_of(only).sections[1].rtcp_mux);
  const auto none = with(short_offer, "a=rtcp-mux\n", "");
  CHECK(!offer_of(none).sections[1].rtcp_mux);
}

TEST_CASE("data and RTP without encryption have no kind") {
  const auto offer =
      offer_of(with_lines("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n"
                          "a=sctp-port:5000\n"
                          "m=audio 9 RTP/AVP 0\n"
                          "m=audio 9 TCP/DTLS/RTP/SAVP 0\n"));
  REQUIRE(offer.sections.size() == 5);
  CHECK(!offer.sections[2].kind);
  CHECK(offer.sections[2].media == "application");
  CHECK(offer.sections[2].format == "webrtc-datachannel");
  CHECK(!offer.sections[3].kind);
  CHECK(offer.sections[4].kind == media_kind::audio);
}

TEST_CASE("lines end with LF or CR LF, and may be empty") {
  std::string text;
  for (const char x : short_offer)
    text += x == '\n' ? std::string{"\r\n"} : std::string{x};
  CHECK(offer_of(text + "\r\n") == offer_of(short_offer));
}

TEST_CASE("simulcast has the RIDs that both of its attributes name") {
  const auto rids = [](std::string_view lines) {
    const auto offer = offer_of(with_lines(lines));
    std::vector<std::string> out;
    for (const auto& x : offer.sections[1].rids)
      out.push_back(x.id);
    return out;
  };
  using list = std::vector<std::string>;
  CHECK(rids("a=rid:h send\na=rid:l send\na=simulcast:send h;l\n")
        == list{"h", "l"});
  CHECK(rids("a=simulcast:send l;h\na=rid:h send\na=rid:l send\n")
        == list{"l", "h"});
  CHECK(rids("a=rid:h send pt=96;max-width=1280\na=rid:l send\n"
             "a=simulcast:recv x send h,x;~l\n")
        == list{"h", "l"});
  CHECK(rids("a=rid:h send\na=rid:l recv\na=simulcast:send h;l;m\n")
        == list{"h"});
  CHECK(rids("a=rid:h send\n").empty());
}

TEST_CASE("a stream of simulcast has the restrictions that tell its size") {
  const auto rid = [](const std::string& restrictions) {
    return offer_of(with_lines("a=rid:h send " + restrictions
                               + "\na=simulcast:send h\n"))
        .sections[1]
        .rids.at(0);
  };
  CHECK(rid("") == sdp_rid{"h", UINT64_MAX, UINT64_MAX});
  CHECK(rid("pt=96,97;max-width=1280;max-height=720;max-br=2500000")
        == sdp_rid{"h", 1280 * 720, 2'500'000});
  CHECK(rid("max-fs=230400;max-fps=30").max_pixels == 230'400);
  CHECK(rid("max-width=640;max-height=360;max-fs=100").max_pixels == 100);
  CHECK(rid("max-width=640").max_pixels == 640 * 640);
  CHECK(rid("max-height=360").max_pixels == 360 * 360);
}

TEST_CASE("whole numbers are numbers, and a profile is a text") {
  const auto offer = offer_of(with(
      with_lines("a=fmtp:96 profile-level-id=640032; a=1;b=01;c=1.5;d=;e;=f;"
                 "g=-7;h=x=y\n"),
      "VP8", "H264"));
  CHECK(offer.sections[1].codecs[0].parameters
        == parameter_map{{"profile-level-id", "640032"},
                         {"a", int64_t{1}},
                         {"b", "01"},
                         {"c", "1.5"},
                         {"d", ""},
                         {"g", int64_t{-7}},
                         {"h", "x=y"}});
}

TEST_CASE("the profile that FFmpeg 8.0 miswrites is constrained baseline") {
  const auto offer =
      offer_of(with_lines("a=fmtp:96 profile-level-id=422001f\n"));
  CHECK(offer.sections[1].codecs[0].parameters
        == parameter_map{{"profile-level-id", "42e01f"}});
}

TEST_CASE("feedback for all payload types does not apply to RTX") {
  const auto offer = offer_of(with_lines("a=rtcp-fb:* ccm fir\n"
                                         "a=rtcp-fb:96 nack pli\n"
                                         "a=rtcp-fb:96 ccm fir\n"
                                         "a=rtcp-fb106 nack\n"));
  const auto& codecs = offer.sections[1].codecs;
  CHECK(codecs[0].feedback
        == std::vector<rtcp_feedback>{{"nack", "pli"}, {"ccm", "fir"}});
  CHECK(codecs[1].feedback.empty());
}

TEST_CASE("payload types without rtpmap and unlisted ones are ignored") {
  const auto offer =
      offer_of(with(with_lines("a=rtpmap:98 VP9/90000\na=fmtp:98 profile-id=0\n"
                               "a=rtcp-fb:98 nack\n"),
                    "a=rtpmap:97 rtx/90000\n", ""));
  REQUIRE(offer.sections[1].codecs.size() == 1);
  CHECK(offer.sections[1].codecs[0].payload_type == 96);
}

TEST_CASE("unusable fingerprints are ignored, and wrong ones refused") {
  const auto text = std::string{short_offer};
  CHECK(offer_of(with(text, "a=setup", "a=fingerprint:md5 00\na=setup")).dtls
        == offer_of(text).dtls);
  CHECK(refusal_of(with(text, "sha-1", "sha-256")).code == sdp_errc::bad_value);
  CHECK(refusal_of(with(text, "sha-1", "md5")).code == sdp_errc::no_transport);
}

TEST_CASE(
    "an offer without credentials, or of an ICE-lite client, is refused") {
  CHECK(refusal_of(with(short_offer, "a=ice-ufrag:abcd\n", "")).code
        == sdp_errc::no_transport);
  CHECK(refusal_of(with(short_offer, "a=setup", "a=ice-lite\na=setup")).code
        == sdp_errc::lite_client);
}

TEST_CASE("malformed descriptions are refused, each for its reason") {
  struct row {
    std::string text;
    sdp_errc code;
    std::string_view what;
  };
  const row rows[] = {
      {"", sdp_errc::malformed, "does not begin with v=0"},
      {"v=1\n", sdp_errc::malformed, "does not begin with v=0"},
      {"v=0\n", sdp_errc::malformed, "no section of media"},
      {"v=0\nhello\n", sdp_errc::malformed,
       "line 2: not of the form <letter>=<value>"},
      {"v=0\na=x\rm=y\n", sdp_errc::malformed,
       "line 2: has a control character"},
      {"v=0\na=\xff\n", sdp_errc::malformed, "not UTF-8"},
      {with_lines("m=video x UDP/TLS/RTP/SAVPF 96\n"), sdp_errc::bad_value,
       "line 26: m=: not <media> <port> <protocol> <format>"},
      {with_lines("m=video 9 UDP/TLS/RTP/SAVPF\n"), sdp_errc::bad_value,
       "line 26: m=: not <media> <port> <protocol> <format>"},
      {with_lines("m=video 9 UDP/TLS/RTP/SAVPF 128\n"), sdp_errc::bad_value,
       "line 26: m=: a format is no payload type"},
      {with_lines("m=video 9 UDP/TLS/RTP/SAVPF 96 96\n"), sdp_errc::bad_value,
       "line 26: m=: a payload type is listed twice"},
      {with_lines("a=mid:0\n"), sdp_errc::bad_value,
       "a=mid: two sections have the MID 0"},
      {with_lines("a=mid:\n"), sdp_errc::bad_value,
       "line 26: a=mid: no token of at most 64 octets"},
      {with_lines("a=rtpmap:96 VP8\n"), sdp_errc::bad_value,
       "line 26: a=rtpmap: not <payload type> <name>/<clock rate>"},
      {with_lines("a=rtpmap:96 VP8/90000/x\n"), sdp_errc::bad_value,
       "line 26: a=rtpmap: channels must be a number"},
      {with_lines("a=fmtp:x y=1\n"), sdp_errc::bad_value,
       "line 26: a=fmtp: no payload type"},
      {with_lines("a=rtcp-fb:x nack\n"), sdp_errc::bad_value,
       "line 26: a=rtcp-fb: neither payload type nor *"},
      {with_lines("a=extmap:0 urn:x\n"), sdp_errc::bad_value,
       "line 26: a=extmap: not <id>[/<direction>] <uri>"},
      {with_lines("a=extmap:1 urn:x\na=extmap:1 urn:y\n"), sdp_errc::bad_value,
       "line 27: a=extmap: an id is used twice"},
      {with_lines("a=rid:h both\n"), sdp_errc::bad_value,
       "line 26: a=rid: not <id> send or <id> recv"},
      {with_lines("a=rid:h send pt=96;max-width=wide\n"), sdp_errc::bad_value,
       "line 26: a=rid: a restriction that is no number"},
      {with_lines("a=simulcast:send h;$\n"), sdp_errc::bad_value,
       "line 26: a=simulcast: not a list of RIDs"},
      {with_lines("a=ssrc:4294967296 cname:x\n"), sdp_errc::bad_value,
       "line 26: a=ssrc: no number of 32 bits"},
      {with_lines("a=ssrc-group:FID 1\n"), sdp_errc::bad_value,
       "line 26: a=ssrc-group: FID without two sources"},
      {with_lines("a=ice-ufrag:a b\n"), sdp_errc::bad_value,
       "line 26: a=ice-ufrag: not 1 to 256 characters of ICE"},
  };
  for (const auto& x : rows) {
    CAPTURE(x.text);
    const auto why = refusal_of(x.text);
    CHECK(why.code == x.code);
    CHECK(why.what == x.what);
  }
}

TEST_CASE("offers at a limit are accepted, and those beyond it refused") {
  const auto lines_left = sdp_limits::lines - 25;
  const auto section = "m=video 9 UDP/TLS/RTP/SAVPF 96\n";
  std::string formats;
  for (size_t i = 0; i < sdp_limits::codecs; ++i)
    formats += ' ' + std::to_string(i);
  const auto many_formats = "m=video 9 UDP/TLS/RTP/SAVPF" + formats;
  struct row {
    std::string fits;
    std::string exceeds;
    sdp_errc code = sdp_errc::too_many;
  };
  const auto filler = sdp_limits::size - short_offer.size() - 3;
  std::string rids = "a=simulcast:send r0";
  for (int i = 1; i < 8; ++i)
    rids += ";r" + std::to_string(i);
  const auto pairs = [](size_t count) {
    std::string out = "a=fmtp:96 ";
    for (size_t i = 0; i < count; ++i)
      out += 'k' + std::to_string(i) + "=1;";
    return out;
  };
  const std::string name(1023, 'n');
  const row rows[] = {
      {"x=" + std::string(filler, 'x') + '\n',
       "x=" + std::string(filler + 1, 'x') + '\n', sdp_errc::too_large},
      {times(lines_left, "x=\n"), times(lines_left + 1, "x=\n")},
      {times(14, section), times(15, section)},
      {many_formats + '\n', many_formats + " 127\n"},
      {rids + '\n', rids + ";r8\n"},
      {pairs(64), pairs(65)},
      {"a=fmtp:96 n" + name + "=1\n", "a=fmtp:96 nn" + name + "=1\n"},
      {"a=mid:" + std::string(64, 'm') + '\n',
       "a=mid:" + std::string(65, 'm') + '\n', sdp_errc::bad_value},
      {"a=rid:" + std::string(64, 'r') + " send\n",
       "a=rid:" + std::string(65, 'r') + " send\n", sdp_errc::bad_value},
      {"a=ssrc:1 cname:" + std::string(255, 'c') + '\n',
       "a=ssrc:1 cname:" + std::string(256, 'c') + '\n', sdp_errc::bad_value},
      {"a=msid:" + std::string(1024, 's') + '\n',
       "a=msid:" + std::string(1025, 's') + '\n', sdp_errc::bad_value},
      {"a=extmap:1 " + std::string(1024, 'u') + '\n',
       "a=extmap:1 " + std::string(1025, 'u') + '\n', sdp_errc::bad_value},
  };
  for (const auto& x : rows) {
    CAPTURE(x.exceeds.substr(0, 80));
    offer_of(with_lines(x.fits));
    CHECK(refusal_of(with_lines(x.exceeds)).code == x.code);
  }
}

TEST_CASE("each error of a session description has a text of its own") {
  std::vector<std::string> texts;
  for (int i = 1; i <= static_cast<int>(sdp_errc::unidentified); ++i) {
    const auto text = sdp_category().message(i);
    for (const auto& x : texts)
      CHECK(text != x);
    texts.push_back(text);
  }
}
