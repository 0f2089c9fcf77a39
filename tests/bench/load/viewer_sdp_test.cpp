#include "bench/load/scenario/streams.hpp"
#include "bench/load/signaling/viewer_sdp.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/sdp/sdp_answer.hpp"
#include "protocol/sdp/sdp_tracks.hpp"

#include <doctest/doctest.h>

namespace troupe::test {

using namespace load;
using protocol::media_kind;

namespace {

const std::string fingerprint =
    "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:"
    "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9";

view_offer some_offer() {
  view_offer out;
  out.kinds = {media_kind::audio, media_kind::video};
  out.ice = {"abcd", "0123456789abcdefghijklmn"};
  out.fingerprints = {{"sha-256", fingerprint}};
  out.session = 7;
  return out;
}

// What the server answers to that text.
std::string answer_of(const std::string& text) {
  const auto offer = protocol::parse_sdp_offer(text);
  REQUIRE(offer.has_value());
  const auto chosen = protocol::choose_viewer_sections(
      *offer, protocol::default_router_rtp_capabilities(),
      {{media_kind::audio, 11, 0, "s a", "name"},
       {media_kind::video, 21, 22, "s v", "name"}});
  protocol::sdp_answer out;
  for (const auto& x : chosen)
    out.sections.push_back(x ? std::optional{*x} : std::nullopt);
  out.ice = {"server", "password-of-the-server-1", true};
  out.candidates = {{"t", 5, "127.0.0.1", protocol::ice_protocol::tcp, 4'000},
                    {"u", 6, "127.0.0.1", protocol::ice_protocol::udp, 4'001}};
  out.dtls.fingerprints = {{"sha-256", fingerprint}};
  return protocol::write_sdp_answer(*offer, out);
}

// The answer with one text in place of another.
std::string changed(const std::string& from, const std::string& to) {
  auto out = answer_of(write_view_offer(some_offer()));
  const auto at = out.find(from);
  REQUIRE_NE(at, std::string::npos);
  return out.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("a viewer offers to receive what a browser would") {
  const auto offer = protocol::parse_sdp_offer(write_view_offer(some_offer()));
  REQUIRE(offer.has_value());
  CHECK_EQ(offer->ice.username_fragment, "abcd");
  CHECK_EQ(offer->ice.password, "0123456789abcdefghijklmn");
  CHECK_EQ(offer->dtls.role, protocol::dtls_role::client);
  REQUIRE_EQ(offer->dtls.fingerprints.size(), 1);
  CHECK_EQ(offer->dtls.fingerprints[0].value, fingerprint);
  REQUIRE_EQ(offer->bundles.size(), 1);
  CHECK_EQ(offer->bundles[0], std::vector<std::string>{"0", "1"});
  REQUIRE_EQ(offer->sections.size(), 2);
  for (const auto& x : offer->sections) {
    CHECK_EQ(x.direction, protocol::media_direction::recvonly);
    CHECK(x.rtcp_mux);
    CHECK(x.sources.empty());
  }
  const auto& audio = offer->sections[0];
  REQUIRE_EQ(audio.codecs.size(), 1);
  CHECK_EQ(audio.codecs[0].mime_type, "audio/opus");
  CHECK_EQ(audio.codecs[0].feedback,
           std::vector<protocol::rtcp_feedback>{{"transport-cc", ""}});
  const auto& video = offer->sections[1];
  REQUIRE_EQ(video.codecs.size(), 2);
  CHECK_EQ(video.codecs[0].mime_type, "video/VP8");
  CHECK_EQ(video.codecs[1].mime_type, "video/rtx");
}

TEST_CASE("a viewer reads the server's answer to its offer") {
  const auto answer =
      read_view_answer(answer_of(write_view_offer(some_offer())));
  CHECK_EQ(answer.transport.ice.username_fragment, "server");
  CHECK_EQ(answer.transport.ice.password, "password-of-the-server-1");
  CHECK_EQ(answer.transport.udp().port, 4'001);
  CHECK_EQ(answer.transport.candidates.size(), 2);
  const auto transport = transport_of(answer.transport);
  CHECK_EQ(transport.server.port(), 4'001);
  REQUIRE_EQ(transport.fingerprints.size(), 1);
  CHECK_EQ(transport.fingerprints[0].value, fingerprint);
  REQUIRE_EQ(answer.streams.size(), 2);
  const auto audio = consumer_of(answer.streams[0]);
  CHECK_EQ(rtp::value(audio.ssrc), 11);
  CHECK_FALSE(audio.nack);
  CHECK_EQ(audio.transport_cc_id, 0); // the server numbers video only
  const auto video = consumer_of(answer.streams[1]);
  CHECK_EQ(video.kind, rtp::media_kind::video);
  CHECK_EQ(rtp::value(video.ssrc), 21);
  CHECK_EQ(video.rtx_ssrc, rtp::ssrc{22});
  CHECK(video.nack);
  CHECK_NE(video.transport_cc_id, 0);
}

TEST_CASE("a viewer of one kind offers one section") {
  auto offer = some_offer();
  offer.kinds = {media_kind::video};
  const auto answer = read_view_answer(answer_of(write_view_offer(offer)));
  REQUIRE_EQ(answer.streams.size(), 1);
  CHECK_EQ(answer.streams[0].kind, media_kind::video);
  CHECK_EQ(answer.streams[0].id, "0");
}

TEST_CASE("a refused section has no stream, and its transport is not taken") {
  const auto answer = read_view_answer(changed("m=audio 9", "m=audio 0"));
  REQUIRE_EQ(answer.streams.size(), 1);
  CHECK_EQ(answer.streams[0].kind, media_kind::video);
  CHECK_EQ(answer.transport.ice.username_fragment, "server");
}

TEST_CASE("a candidate of an unknown form is ignored") {
  const auto answer =
      read_view_answer(changed("1 1 udp 6 127.0.0.1 4001", "1 1 quic 6 x y"));
  CHECK_EQ(answer.transport.candidates.size(), 1);
  CHECK_THROWS_AS(answer.transport.udp(), signaling_error);
}

TEST_CASE("what is no answer is refused") {
  CHECK_THROWS_AS(read_view_answer(""), signaling_error);
  CHECK_THROWS_AS(read_view_answer("{\"detail\": \"no\"}"), signaling_error);
  CHECK_THROWS_AS(read_view_answer("v=0\r\ns=-\r\n"), signaling_error);
  // The generator's clients are DTLS clients only.
  CHECK_THROWS_AS(read_view_answer(changed("setup:passive", "setup:active")),
                  signaling_error);
  CHECK_THROWS_AS(read_view_answer(changed("a=ssrc:11 ", "a=x:11 ")),
                  signaling_error);
  CHECK_THROWS_AS(
      read_view_answer(changed("a=ice-ufrag:server", "a=ice-ufrag:(")),
      signaling_error);
}

} // namespace troupe::test
