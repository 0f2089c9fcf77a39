#include "actors/transport/signaling_to_engine.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using protocol::rtp_parameters;

namespace {

rtp_parameters vp8_with_rtx() {
  rtp_parameters x;
  x.mid = "1";
  x.codecs = {
      {"video/VP8",
       96,
       90000,
       {},
       {},
       {{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"transport-cc", ""}}},
      {"video/rtx", 98, 90000, {}, {{"apt", int64_t{102}}}, {}},
      {"video/RTX", 97, 90000, {}, {{"apt", int64_t{96}}}, {}}};
  x.header_extensions = {{"urn:ietf:params:rtp-hdrext:sdes:mid", 4, false, {}},
                         {"urn:example:unknown", 5, false, {}}};
  x.encodings.resize(1);
  x.encodings[0].ssrc = 1111;
  x.encodings[0].rtx_ssrc = 2222;
  x.rtcp.cname = "alice";
  return x;
}

} // namespace

TEST_CASE("a receiver takes codec, RTX and encodings from the parameters") {
  auto out = to_receiver(protocol::media_kind::video, vp8_with_rtx(), true);
  CHECK(out.kind == rtp::media_kind::video);
  CHECK(out.codec == rtp::codec::vp8);
  CHECK(out.clock_rate == 90000);
  CHECK(out.payload == rtp::payload_type{96});
  CHECK(out.rtx_payload == rtp::payload_type{97}); // that of apt 96
  REQUIRE(out.encodings.size() == 1);
  CHECK(out.encodings[0].ssrc == rtp::ssrc{1111});
  CHECK(out.encodings[0].rtx_ssrc == rtp::ssrc{2222});
  CHECK(out.feedback.nack);
  CHECK(out.feedback.pli);
  CHECK(out.feedback.fir);
  CHECK(out.feedback.transport_cc);
  CHECK_FALSE(out.feedback.remb);
  CHECK(out.extensions.id(rtp::extension::sdes_mid) == 4);
  CHECK(out.paused);
}

TEST_CASE("a receiver is configured for Opus with in-band FEC") {
  rtp_parameters in;
  in.codecs = {{"audio/opus", 111, 48000, 2, {}, {{"transport-cc", ""}}}};
  in.encodings.resize(1);
  auto out = to_receiver(protocol::media_kind::audio, in, false);
  CHECK_FALSE(out.inband_fec);
  CHECK_FALSE(out.keep);
  using value = protocol::parameter_value;
  for (auto on : {value{int64_t{1}}, value{"1"}}) {
    in.codecs[0].parameters["useinbandfec"] = on;
    out = to_receiver(protocol::media_kind::audio, in, false);
    CHECK(out.inband_fec);
  }
  in.codecs[0].parameters["useinbandfec"] = int64_t{0};
  out = to_receiver(protocol::media_kind::audio, in, false);
  CHECK_FALSE(out.inband_fec);
}

TEST_CASE("the media codec need not come first") {
  auto in = vp8_with_rtx();
  std::swap(in.codecs[0], in.codecs[2]);
  in.codecs[0].clock_rate = 0; // matches no codec of a router
  auto out = to_receiver(protocol::media_kind::video, in, false);
  CHECK(out.codec == rtp::codec::vp8);
  CHECK(out.clock_rate == 90000);
  CHECK(out.payload == rtp::payload_type{96});
  CHECK(out.rtx_payload == rtp::payload_type{97});
  CHECK(out.feedback.nack);
}

TEST_CASE("codec names are compared without regard to case") {
  struct row {
    const char* mime;
    rtp::codec codec;
  };
  for (const auto& x :
       {row{"audio/OPUS", rtp::codec::opus}, row{"Video/vp9", rtp::codec::vp9},
        row{"video/H264", rtp::codec::h264}, row{"video/AV1", rtp::codec::av1},
        row{"audio/PCMU", rtp::codec::other_audio},
        row{"video/H265", rtp::codec::other_video}}) {
    CAPTURE(x.mime);
    rtp_parameters in;
    in.codecs = {{x.mime, 100, 48000, {}, {}, {}}};
    in.encodings.resize(1);
    CHECK(to_receiver(protocol::media_kind::audio, in, false).codec == x.codec);
  }
}

TEST_CASE("simulcast encodings are identified by their RIDs") {
  auto in = vp8_with_rtx();
  in.encodings.assign(3, {});
  in.encodings[0].rid = "r0";
  in.encodings[1].rid = "r1";
  in.encodings[2].rid = "r2";
  auto out = to_receiver(protocol::media_kind::video, in, false);
  REQUIRE(out.encodings.size() == 3);
  CHECK(out.encodings[2].rid == "r2");
  CHECK_FALSE(out.encodings[2].ssrc);
  auto identity = to_identity(in);
  CHECK(identity.rids == std::vector<std::string>{"r0", "r1", "r2"});
  CHECK(identity.ssrcs.empty());
  CHECK(identity.mid == "1");
}

TEST_CASE("a producer is identified by all its SSRCs, RTX included") {
  auto identity = to_identity(vp8_with_rtx());
  CHECK(identity.ssrcs == std::vector{rtp::ssrc{1111}, rtp::ssrc{2222}});
  CHECK(identity.extensions.id(rtp::extension::sdes_mid) == 4);
}

TEST_CASE("a forwarder maps the sender's ids to the receiver's") {
  auto sent = vp8_with_rtx();
  auto told = vp8_with_rtx();
  told.mid = "7";
  told.codecs[0].payload_type = 101;
  told.codecs[2].payload_type = 102;
  told.codecs[2].parameters = {{"apt", int64_t{101}}};
  told.codecs[1].parameters = {{"apt", int64_t{33}}};
  told.header_extensions[0].id = 1;
  told.encodings[0].ssrc = 5;
  told.encodings[0].rtx_ssrc = 6;
  auto out = to_forwarder(protocol::media_kind::video, sent, told, true);
  CHECK(out.ssrc == rtp::ssrc{5});
  CHECK(out.rtx_ssrc == rtp::ssrc{6});
  CHECK(out.payload == rtp::payload_type{101});
  CHECK(out.rtx_payload == rtp::payload_type{102});
  CHECK(out.mid == "7");
  CHECK(out.cname == "alice");
  CHECK(out.source_extensions.id(rtp::extension::sdes_mid) == 4);
  CHECK(out.extensions.id(rtp::extension::sdes_mid) == 1);
  CHECK(out.paused);
  CHECK(to_ssrcs(told) == std::vector{rtp::ssrc{5}, rtp::ssrc{6}});
}

TEST_CASE("spatial layers of AV1 require a receiver's dependency descriptor") {
  auto sent = vp8_with_rtx();
  sent.encodings[0].scalability_mode = "L3T3_KEY";
  auto told = sent;
  auto forwarder = [&] {
    return to_forwarder(protocol::media_kind::video, sent, told, false);
  };
  CHECK(forwarder().layout.spatial_layers == 3); // VP9 and others
  told.codecs[0].mime_type = "video/AV1";
  CHECK(forwarder().base_layer_only);
  CHECK(forwarder().layout
        == rtp::producer_layout{rtp::layering::svc, 1, 3, true});
  told.header_extensions.push_back(
      {"https://aomediacodec.github.io/av1-rtp-spec/"
       "#dependency-descriptor-rtp-header-extension",
       7,
       false,
       {}});
  CHECK_FALSE(forwarder().base_layer_only);
  CHECK(forwarder().layout.spatial_layers == 3);
  told.header_extensions.pop_back();
  sent.encodings[0].scalability_mode = "L1T3";
  CHECK_FALSE(forwarder().base_layer_only);
  sent.encodings.assign(3, sent.encodings[0]); // simulcast
  CHECK(forwarder().layout.spatial_layers == 3);
}

TEST_CASE("without an RTX codec a forwarder has no RTX stream") {
  auto told = vp8_with_rtx();
  told.codecs.resize(1);
  auto out =
      to_forwarder(protocol::media_kind::video, vp8_with_rtx(), told, false);
  CHECK_FALSE(out.rtx_payload);
  CHECK_FALSE(out.rtx_ssrc);
}

TEST_CASE(
    "DTLS roles and fingerprints, candidates and ICE parameters convert") {
  CHECK(to_engine(protocol::dtls_role::client)
        == net::remote_dtls_role::client);
  CHECK(to_engine(protocol::dtls_role::server)
        == net::remote_dtls_role::server);
  CHECK(to_engine(protocol::dtls_role::automatic)
        == net::remote_dtls_role::automatic);
  auto prints =
      to_engine(std::vector<protocol::dtls_fingerprint>{{"sha-256", "AA:BB"}});
  REQUIRE(prints.size() == 1);
  CHECK(prints[0].algorithm == "sha-256");
  CHECK(prints[0].value == "AA:BB");
  auto ice = from_engine(net::ice_credentials{"fragment", "password"});
  CHECK(ice.username_fragment == "fragment");
  CHECK(ice.password == "password");
  CHECK(ice.ice_lite); // clients cannot connect without it
}
