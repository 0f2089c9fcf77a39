#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::protocol;

namespace {

const rtp_capabilities& router() {
  return default_router_rtp_capabilities();
}

rtp_codec_parameters codec(const char* mime_type, uint8_t payload_type,
                           parameter_map parameters = {}) {
  const bool is_audio = std::string_view(mime_type).starts_with("audio");
  return {.mime_type = mime_type,
          .payload_type = payload_type,
          .clock_rate = is_audio ? 48'000u : 90'000u,
          .channels = is_audio ? std::optional<uint8_t>{2} : std::nullopt,
          .parameters = std::move(parameters),
          .feedback = {}};
}

rtp_parameters vp8(size_t encodings) {
  rtp_parameters out;
  out.mid = "0";
  out.msid = "stream track";
  out.codecs = {codec("video/vp8", 120),
                codec("video/rtx", 121, {{"apt", int64_t{120}}})};
  for (size_t i = 0; i < encodings; ++i) {
    auto& x = out.encodings.emplace_back();
    x.rid = "r" + std::to_string(i);
    x.scalability_mode = "L1T3";
    x.max_bitrate = static_cast<uint32_t>(100'000 * (i + 1));
  }
  out.rtcp.cname = "cname";
  return out;
}

rtp_parameters consumable_of(media_kind kind, rtp_parameters params) {
  auto rng = net::make_seeded_rng(1);
  const auto mapping =
      get_producer_rtp_parameters_mapping(params, router(), *rng).value();
  return get_consumable_rtp_parameters(kind, params, router(), mapping);
}

bool has(const rtp_parameters& params, std::string_view uri) {
  return std::ranges::find(params.header_extensions, uri,
                           &rtp_header_extension_parameters::uri)
         != params.header_extensions.end();
}

bool has(const rtp_codec_parameters& in, const rtcp_feedback& feedback) {
  return std::ranges::find(in.feedback, feedback) != in.feedback.end();
}

rtp_codec_capability vp8_wanting(uint8_t payload_type) {
  return {.kind = media_kind::video,
          .mime_type = "video/VP8",
          .preferred_payload_type = payload_type,
          .clock_rate = 90'000,
          .channels = {},
          .parameters = {},
          .feedback = {}};
}

// The router's extensions as a current mediasoup-client lists them: each once,
// under its last kind.
rtp_capabilities as_client_lists(rtp_capabilities caps) {
  auto& all = caps.header_extensions;
  for (size_t i = all.size(); i-- > 0;)
    for (size_t k = 0; k < i; ++k)
      if (all[k].uri == all[i].uri) {
        all.erase(all.begin() + static_cast<ptrdiff_t>(k));
        --i;
        break;
      }
  return caps;
}

} // namespace

TEST_CASE("the default router numbers its payload types from 100") {
  std::vector<std::pair<std::string, int>> found;
  for (const auto& x : router().codecs)
    found.emplace_back(x.mime_type, *x.preferred_payload_type);
  CHECK(found
        == std::vector<std::pair<std::string, int>>{{"audio/opus", 100},
                                                    {"video/VP8", 101},
                                                    {"video/rtx", 102},
                                                    {"video/VP9", 103},
                                                    {"video/rtx", 104},
                                                    {"video/H264", 105},
                                                    {"video/rtx", 106},
                                                    {"video/H264", 107},
                                                    {"video/rtx", 108},
                                                    {"video/AV1", 109},
                                                    {"video/rtx", 110},
                                                    {"video/H264", 111},
                                                    {"video/rtx", 112}});
  CHECK(router().header_extensions.size() == 18);
}

TEST_CASE("a router refuses codecs to which it can assign no payload type") {
  auto why = [](const std::vector<rtp_codec_capability>& codecs) {
    return generate_router_rtp_capabilities(codecs).error().code;
  };
  CHECK(why({vp8_wanting(96), vp8_wanting(96)})
        == ortc_errc::duplicate_payload_type);
  CHECK(why({vp8_wanting(127)}) == ortc_errc::reserved_payload_type);
  auto unknown = vp8_wanting(96);
  unknown.mime_type = "video/H265";
  CHECK(why({unknown}) == ortc_errc::unsupported_codec);
  auto automatic = vp8_wanting(96);
  automatic.preferred_payload_type.reset();
  CHECK(why(std::vector(16, automatic)) == ortc_errc::no_payload_type_left);
  const auto most =
      generate_router_rtp_capabilities(std::vector(15, automatic)).value();
  for (const auto& x : most.codecs)
    CHECK(x.preferred_payload_type != probator_payload_type);
}

TEST_CASE("a producer's encodings get consecutive SSRCs") {
  auto rng = net::make_seeded_rng(7);
  auto params = vp8(3);
  const auto mapping =
      get_producer_rtp_parameters_mapping(params, router(), *rng).value();
  CHECK(mapping.codecs == std::vector<codec_mapping>{{120, 101}, {121, 102}});
  REQUIRE(mapping.encodings.size() == 3);
  const auto base = mapping.encodings[0].mapped_ssrc;
  CHECK(base >= 100'000'000);
  CHECK(base < 999'999'998);
  CHECK(mapping.encodings[1].mapped_ssrc == base + 1);
  CHECK(mapping.encodings[2].mapped_ssrc == base + 2);
  CHECK(mapping.encodings[2].rid == "r2");
}

TEST_CASE("a mapping fails for the right reason") {
  auto rng = net::make_seeded_rng(7);
  auto why = [&](rtp_parameters params) {
    return get_producer_rtp_parameters_mapping(params, router(), *rng)
        .error()
        .code;
  };
  auto params = vp8(1);
  params.codecs[1].parameters["apt"] = int64_t{99};
  CHECK(why(params) == ortc_errc::missing_media_codec);
  params = vp8(1);
  params.codecs[0].mime_type = "video/H265";
  CHECK(why(params) == ortc_errc::unsupported_codec);
  params = vp8(1);
  params.codecs[1].parameters["apt"] = int64_t{121};
  CHECK(why(params) == ortc_errc::unsupported_rtx);
}

TEST_CASE("H.264's level is resolved in the producer's parameters") {
  auto rng = net::make_seeded_rng(7);
  rtp_parameters params;
  params.codecs = {codec(
      "video/H264", 96,
      {{"profile-level-id", "42e034"}, {"packetization-mode", int64_t{1}}})};
  const auto mapping =
      get_producer_rtp_parameters_mapping(params, router(), *rng).value();
  CHECK(mapping.codecs == std::vector<codec_mapping>{{96, 107}});
  CHECK(params.codecs[0].parameters.at("profile-level-id")
        == parameter_value{"42e01f"});
}

TEST_CASE("H.264 of each profile is routed as the router's codec of it") {
  auto rng = net::make_seeded_rng(7);
  const auto mapped = [&](const char* profile_level_id) {
    rtp_parameters params;
    params.codecs = {codec("video/H264", 96,
                           {{"profile-level-id", profile_level_id},
                            {"packetization-mode", int64_t{1}}})};
    return get_producer_rtp_parameters_mapping(params, router(), *rng)
        .value()
        .codecs;
  };
  CHECK(mapped("4d001f") == std::vector<codec_mapping>{{96, 105}});
  CHECK(mapped("42e01f") == std::vector<codec_mapping>{{96, 107}});
  CHECK(mapped("640028") == std::vector<codec_mapping>{{96, 111}});
}

TEST_CASE("a consumer gets one encoding, RTX and transport-cc") {
  auto rng = net::make_seeded_rng(2);
  const auto consumable = consumable_of(media_kind::video, vp8(3));
  REQUIRE(can_consume(consumable, router()));
  const auto params =
      get_consumer_rtp_parameters(consumable, router(), {}, *rng).value();
  REQUIRE(params.codecs.size() == 2);
  CHECK(params.codecs[0].payload_type == 101);
  CHECK(has(params.codecs[0], {"nack", ""}));
  CHECK(has(params.codecs[0], {"transport-cc", ""}));
  CHECK_FALSE(has(params.codecs[0], {"goog-remb", ""}));
  REQUIRE(params.encodings.size() == 1);
  CHECK(params.encodings[0].rtx_ssrc == *params.encodings[0].ssrc + 1);
  CHECK(params.encodings[0].scalability_mode == "L3T3");
  CHECK(params.encodings[0].max_bitrate == 300'000);
  CHECK(params.rtcp.cname == "cname");
  CHECK(params.msid == "stream track");
  CHECK(params.mid.empty());
  CHECK_FALSE(has(params, extension_uri::abs_capture_time));
  CHECK_FALSE(has(params, extension_uri::dependency_descriptor));
}

TEST_CASE("AV1 consumers that support the dependency descriptor receive it") {
  auto rng = net::make_seeded_rng(2);
  const auto& uri = extension_uri::dependency_descriptor;
  const auto offered = std::ranges::find(router().header_extensions, uri,
                                         &rtp_header_extension_capability::uri);
  REQUIRE(offered != router().header_extensions.end());
  CHECK(offered->direction == extension_direction::sendrecv);
  auto sent = vp8(1);
  sent.codecs[0].mime_type = "video/av1";
  const auto consumable = consumable_of(media_kind::video, sent);
  auto told = [&](const rtp_capabilities& caps) {
    return get_consumer_rtp_parameters(consumable, caps, {}, *rng).value();
  };
  CHECK(has(told(router()), uri));
  auto caps = router();
  std::erase_if(caps.header_extensions,
                [&](const auto& x) { return x.uri == uri; });
  CHECK_FALSE(has(told(caps), uri));
  // Pipes to other routers have it for any codec, and once.
  const auto piped = get_pipe_consumer_rtp_parameters(consumable, true, *rng);
  CHECK(std::ranges::count(piped.header_extensions, uri,
                           &rtp_header_extension_parameters::uri)
        == 1);
}

TEST_CASE("without RTX there is no NACK, but still PLI") {
  auto rng = net::make_seeded_rng(2);
  const auto params =
      get_consumer_rtp_parameters(consumable_of(media_kind::video, vp8(1)),
                                  router(), {.enable_rtx = false}, *rng)
          .value();
  REQUIRE(params.codecs.size() == 1);
  CHECK_FALSE(has(params.codecs[0], {"nack", ""}));
  CHECK(has(params.codecs[0], {"nack", "pli"}));
  CHECK_FALSE(params.encodings[0].rtx_ssrc.has_value());
}

TEST_CASE("audio keeps its MID though the client lists it as video only") {
  auto rng = net::make_seeded_rng(2);
  rtp_parameters opus;
  opus.codecs = {codec("audio/opus", 111)};
  opus.encodings.emplace_back().ssrc = 1;
  const auto caps = as_client_lists(router());
  CHECK(caps.header_extensions.size() == 12);
  CHECK(std::ranges::none_of(caps.header_extensions, [](const auto& x) {
    return x.uri == extension_uri::mid && x.kind == media_kind::audio;
  }));
  const auto params =
      get_consumer_rtp_parameters(consumable_of(media_kind::audio, opus), caps,
                                  {.enable_rtx = false}, *rng)
          .value();
  CHECK(has(params, extension_uri::mid));
  CHECK(has(params, extension_uri::audio_level));
  CHECK_FALSE(has(params, extension_uri::transport_wide_cc));
}

TEST_CASE("an extension with another id does not match") {
  auto rng = net::make_seeded_rng(2);
  auto caps = router();
  for (auto& x : caps.header_extensions)
    if (x.uri == extension_uri::transport_wide_cc)
      x.preferred_id = 13;
  const auto params =
      get_consumer_rtp_parameters(consumable_of(media_kind::video, vp8(1)),
                                  caps, {}, *rng)
          .value();
  CHECK_FALSE(has(params, extension_uri::transport_wide_cc));
  CHECK(has(params.codecs[0], {"goog-remb", ""}));
  CHECK_FALSE(has(params.codecs[0], {"transport-cc", ""}));
}

TEST_CASE("a client without the codec cannot consume") {
  auto rng = net::make_seeded_rng(2);
  const auto consumable = consumable_of(media_kind::video, vp8(1));
  auto caps = router();
  std::erase_if(caps.codecs,
                [](const auto& x) { return x.mime_type == "video/VP8"; });
  CHECK_FALSE(can_consume(consumable, caps));
  CHECK(get_consumer_rtp_parameters(consumable, caps, {}, *rng).error().code
        == ortc_errc::no_common_codec);
}

TEST_CASE("a pipe keeps all encodings and repeats no SSRC") {
  const auto consumable = consumable_of(media_kind::video, vp8(3));
  for (uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    auto rng = net::make_seeded_rng(seed);
    const auto params =
        get_pipe_consumer_rtp_parameters(consumable, true, *rng);
    std::vector<uint32_t> ssrcs;
    for (const auto& x : params.encodings) {
      ssrcs.push_back(x.ssrc.value());
      ssrcs.push_back(x.rtx_ssrc.value());
    }
    std::ranges::sort(ssrcs);
    CHECK(ssrcs.size() == 6);
    CHECK(std::ranges::adjacent_find(ssrcs) == ssrcs.end());
    CHECK_FALSE(has(params, extension_uri::mid));
    CHECK(has(params, extension_uri::dependency_descriptor));
  }
}

TEST_CASE("the type of a producer follows its encodings and codec") {
  using enum media_kind;
  CHECK(check_producer(video, vp8(3)).value() == producer_type::simulcast);
  CHECK(check_producer(video, vp8(1)).value() == producer_type::svc);
  auto params = vp8(1);
  params.encodings[0].scalability_mode = "L1T1";
  CHECK(check_producer(video, params).value() == producer_type::simple);
  params = vp8(3);
  for (const auto* name : {"video/VP9", "video/H264", "video/AV1"}) {
    params.codecs = {codec(name, 96)};
    CHECK(check_producer(video, params).value() == producer_type::simulcast);
  }
  params.codecs = {codec("video/H265", 96)};
  CHECK(check_producer(video, params).error().code
        == ortc_errc::unsupported_simulcast);
  params = vp8(2);
  params.encodings[1].rid.clear();
  CHECK(check_producer(video, params).error().code
        == ortc_errc::unidentified_encoding);
  params = vp8(1);
  params.encodings[0].rid.clear();
  CHECK(check_producer(video, params).has_value());
  params.mid.clear();
  CHECK(check_producer(video, params).error().code
        == ortc_errc::unidentified_encoding);
  CHECK(check_producer(audio, vp8(1)).error().code == ortc_errc::kind_mismatch);
  CHECK(check_producer(video, {}).error().code == ortc_errc::kind_mismatch);
}

TEST_CASE("all producers of a transport share the first CNAME") {
  auto rng = net::make_seeded_rng(3);
  std::string cname;
  rtp_parameters first;
  complete_producer_parameters(first, cname, *rng);
  CHECK(first.encodings.size() == 1);
  CHECK(first.rtcp.cname.size() == 8);
  auto second = vp8(1);
  complete_producer_parameters(second, cname, *rng);
  CHECK(second.rtcp.cname == first.rtcp.cname);
  std::string other;
  complete_producer_parameters(second, other, *rng);
  CHECK(other == first.rtcp.cname);
}

TEST_CASE("of a stream's codecs the producer's is taken, with its own RTX") {
  rtp_parameters stream;
  stream.codecs = {codec("video/H264", 102), codec("video/rtx", 103),
                   codec("video/VP8", 45), codec("video/rtx", 46)};
  stream.codecs[0].clock_rate = stream.codecs[2].clock_rate = 90'000;
  stream.codecs[1].parameters["apt"] = int64_t{102};
  stream.codecs[3].parameters["apt"] = int64_t{45};
  stream.encodings.emplace_back().ssrc = 7;
  stream.encodings[0].rtx_ssrc = 8;
  stream.header_extensions = {{extension_uri::mid.data(), 3, false, {}}};
  const auto consumable = consumable_of(media_kind::video, vp8(3));
  const auto out = fit_stream(consumable, stream);
  REQUIRE(out.has_value());
  REQUIRE(out->codecs.size() == 2);
  CHECK(out->codecs[0].payload_type == 45);
  CHECK(out->codecs[1].payload_type == 46);
  CHECK(out->encodings == stream.encodings);
  CHECK(out->header_extensions == stream.header_extensions);
  // Without it nothing is retransmitted.
  stream.codecs.pop_back();
  CHECK_FALSE(fit_stream(consumable, stream)->encodings[0].rtx_ssrc);
  stream.codecs.pop_back();
  CHECK(fit_stream(consumable, stream).error().code
        == ortc_errc::no_common_codec);
}
