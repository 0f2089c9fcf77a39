#include "protocol/sdp/sdp_answer.hpp"

#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/sdp/sdp_tracks.hpp"
#include "tests/protocol/sdp/sdp_samples.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace troupe::protocol;
using namespace troupe::test;

namespace {

// The server's side of a transport, as a peer answers create_transport.
sdp_answer server_side() {
  sdp_answer out;
  out.session = 77;
  out.ice = {"serverufrag", "serverpassword", true};
  out.candidates = {
      {"tcpcandidate", 5, "192.0.2.1", ice_protocol::tcp, 4443},
      {"udpcandidate", 9, "192.0.2.1", ice_protocol::udp, 4443},
      {"udpcandidate", 8, "2001:db8::1", ice_protocol::udp, 4443},
  };
  out.dtls = {dtls_role::automatic, {{"sha-256", "AB:CD"}}};
  return out;
}

std::string answer_to(const sdp_offer& offer) {
  auto out = server_side();
  for (auto& x : choose_tracks(offer, default_router_rtp_capabilities()))
    out.sections.push_back(x ? std::optional{x->answer} : std::nullopt);
  return write_sdp_answer(offer, out);
}

std::string answer_to(std::string_view text) {
  return answer_to(offer_of(text));
}

bool has_line(const std::string& text, const std::string& line) {
  return text.find("\r\n" + line + "\r\n") != text.npos;
}

size_t count(std::string_view text, std::string_view what) {
  size_t out = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1))
    ++out;
  return out;
}

const std::string simulcast_lines =
    "a=rtcp-rsize\n"
    "a=extmap-allow-mixed\n"
    "a=rtcp-fb:96 nack pli\n"
    "a=extmap:2/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\n"
    "a=rid:h send\n"
    "a=rid:l send\n"
    "a=simulcast:send h;l\n";

} // namespace

TEST_CASE("an answer accepts a codec per section on one bundled transport") {
  CHECK(answer_to(with_lines(simulcast_lines))
        == "v=0\r\n"
           "o=- 77 1 IN IP4 0.0.0.0\r\n"
           "s=-\r\n"
           "t=0 0\r\n"
           "a=ice-lite\r\n"
           "a=group:BUNDLE 0 1\r\n"
           "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
           "c=IN IP4 0.0.0.0\r\n"
           "a=mid:0\r\n"
           "a=ice-ufrag:serverufrag\r\n"
           "a=ice-pwd:serverpassword\r\n"
           "a=fingerprint:sha-256 AB:CD\r\n"
           "a=setup:passive\r\n"
           "a=recvonly\r\n"
           "a=rtcp-mux\r\n"
           "a=rtpmap:111 opus/48000/2\r\n"
           "a=candidate:1 1 udp 9 192.0.2.1 4443 typ host\r\n"
           "a=candidate:2 1 udp 8 2001:db8::1 4443 typ host\r\n"
           "a=candidate:3 1 tcp 5 192.0.2.1 4443 typ host tcptype passive\r\n"
           "a=end-of-candidates\r\n"
           "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"
           "c=IN IP4 0.0.0.0\r\n"
           "a=mid:1\r\n"
           "a=ice-ufrag:serverufrag\r\n"
           "a=ice-pwd:serverpassword\r\n"
           "a=fingerprint:sha-256 AB:CD\r\n"
           "a=setup:passive\r\n"
           "a=recvonly\r\n"
           "a=rtcp-mux\r\n"
           "a=rtcp-rsize\r\n"
           "a=extmap-allow-mixed\r\n"
           "a=rtpmap:96 VP8/90000\r\n"
           "a=rtcp-fb:96 nack pli\r\n"
           "a=rtpmap:97 rtx/90000\r\n"
           "a=fmtp:97 apt=96\r\n"
           "a=extmap:2/recvonly "
           "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
           "a=rid:h recv\r\n"
           "a=rid:l recv\r\n"
           "a=simulcast:recv h;l\r\n");
}

TEST_CASE("the server is the DTLS client only of a passive client") {
  const auto setup = [](std::string_view offered) {
    const auto text = answer_to(
        with(short_offer, "setup:actpass", "setup:" + std::string{offered}));
    return text.substr(text.find("a=setup:"), 16);
  };
  CHECK(setup("actpass") == "a=setup:passive\r");
  CHECK(setup("active") == "a=setup:passive\r");
  CHECK(setup("passive") == "a=setup:active\r\n");
}

TEST_CASE("refused sections have port 0, and others have the candidates") {
  const auto text = answer_to(
      with(with(with_lines("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n"
                           "a=mid:data\n"),
                "opus", "PCMU"),
           "BUNDLE 0 1", "BUNDLE 0 1 data"));
  CHECK(has_line(text, "a=group:BUNDLE 1"));
  CHECK(has_line(text, "m=audio 0 UDP/TLS/RTP/SAVPF 111"));
  CHECK(has_line(text, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"));
  CHECK(has_line(text, "a=mid:data"));
  CHECK(count(text, "a=candidate:") == 3);
  CHECK(text.find("a=candidate:") > text.find("m=video"));
  CHECK(count(text, "a=end-of-candidates") == 1);
}

TEST_CASE("a client that bundles nothing is answered without a group") {
  const auto text = answer_to(with(short_offer, "a=group:BUNDLE 0 1\n", ""));
  CHECK(text.find("BUNDLE") == text.npos);
  CHECK(has_line(text, "m=video 0 UDP/TLS/RTP/SAVPF 96"));
}

TEST_CASE("a section that the server sends has its sources and its stream") {
  const auto offer = offer_of(with(
      with(short_offer, "a=sendonly", "a=recvonly"), "m=audio 9", "m=audio 0"));
  auto answer = server_side();
  const auto sections = choose_viewer_sections(
      offer, default_router_rtp_capabilities(),
      {{media_kind::video, 5, 6, "stream track", "room"}});
  for (const auto& x : sections)
    answer.sections.push_back(x ? std::optional{*x} : std::nullopt);
  const auto text = write_sdp_answer(offer, answer);
  CHECK(has_line(text, "a=sendonly"));
  CHECK(has_line(text, "a=msid:stream track"));
  CHECK(has_line(text, "a=ssrc-group:FID 5 6"));
  CHECK(has_line(text, "a=ssrc:5 cname:room"));
  CHECK(has_line(text, "a=ssrc:6 cname:room"));
}

TEST_CASE("the longest answer fits into FFmpeg's buffer of 8 KB") {
  const std::string mid(64, 'm');
  const std::string uri_list =
      "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\n"
      "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\n"
      "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\n"
      "a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\n"
      "a=extmap:5 http://www.ietf.org/id/"
      "draft-holmer-rmcat-transport-wide-cc-extensions-01\n"
      "a=extmap:6 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
      "a=extmap:7 https://aomediacodec.github.io/av1-rtp-spec/"
      "#dependency-descriptor-rtp-header-extension\n"
      "a=extmap:8 urn:3gpp:video-orientation\n"
      "a=extmap:9 urn:ietf:params:rtp-hdrext:toffset\n"
      "a=extmap:10 "
      "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time\n"
      "a=extmap:11 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\n"
      "a=extmap:12 urn:mediasoup:params:rtp-hdrext:packet-id\n";
  std::string rids = uri_list;
  std::string all = "a=simulcast:send ";
  for (char x = 'a'; x < 'i'; ++x) {
    const std::string rid(64, x);
    rids += "a=rid:" + rid + " send\n";
    all += rid + ';';
  }
  rids += all + '\n';
  auto text = with(with_lines(rids), "a=mid:1", "a=mid:1" + mid.substr(1));
  text = with(text, "a=setup", uri_list + "a=setup");
  text = with(text, "BUNDLE 0 1", "BUNDLE 0 1" + mid.substr(1));
  for (char x = 'a'; x < 'o'; ++x)
    text += "m=" + std::string(32, 'm') + " 9 " + std::string(32, 'p') + ' '
            + std::string(32, 'f') + "\na=mid:" + std::string(64, x) + '\n';
  const auto offer = offer_of(text);
  auto answer = server_side();
  answer.ice = {std::string(32, 'u'), std::string(32, 'p'), true};
  std::string hash = "AB";
  for (int i = 1; i < 32; ++i)
    hash += ":AB";
  answer.dtls.fingerprints[0].value = hash;
  answer.candidates.assign(8, {"udpcandidate", 2'130'706'431,
                               "2001:db8:1111:2222:3333:4444:5555:6666",
                               ice_protocol::udp, 40'000});
  for (auto& x : choose_tracks(offer, default_router_rtp_capabilities()))
    answer.sections.push_back(x ? std::optional{x->answer} : std::nullopt);
  CHECK(write_sdp_answer(offer, answer).size() < 8'192);
}
