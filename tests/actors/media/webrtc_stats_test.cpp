#include "actors/media/webrtc_stats.hpp"

#include "protocol/json/json_limits.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace troupe;
using namespace troupe::actors;

namespace {

rapidjson::Document parsed(const protocol::json_text& x) {
  auto out = protocol::parse_json(x.text);
  REQUIRE_MESSAGE(out.has_value(), x.text);
  REQUIRE(out->IsArray());
  return std::move(*out);
}

// Avoids RapidJSON's operator==, which recurses forever in C++20.
std::string text(const rapidjson::Value& x) {
  REQUIRE(x.IsString());
  return x.GetString();
}

std::unique_ptr<net::dtls_context>& context() {
  static auto instance = std::move(*net::dtls_context::make());
  return instance;
}

} // namespace

TEST_CASE("the statistics of a producer have one dictionary per encoding") {
  rtp::receiver_stats in;
  CHECK(parsed(webrtc_stats(producer_id{"p"}, rtp::media_kind::audio, in))
            .Empty());
  rtp::receive_stream_stats x;
  x.ssrc = rtp::ssrc{4'000'000'000};
  x.rid = "q\"\\\n"; // from the client: any string
  x.packets = std::numeric_limits<uint64_t>::max();
  x.jitter = std::chrono::milliseconds{20};
  x.fraction_lost = 128;
  in.streams = {x, {}};
  auto out = parsed(webrtc_stats(producer_id{"p"}, rtp::media_kind::audio, in));
  REQUIRE(out.Size() == 2);
  CHECK(text(out[0]["type"]) == "inbound-rtp");
  CHECK(text(out[0]["id"]) == "p");
  CHECK(out[0]["ssrc"].GetUint() == 4'000'000'000);
  CHECK(text(out[0]["rid"]) == "q\"\\\n");
  CHECK(out[0]["packetsReceived"].GetUint64() == x.packets);
  CHECK(out[0]["jitter"].GetDouble() == doctest::Approx(0.02));
  CHECK(out[0]["fractionLost"].GetDouble() == doctest::Approx(0.5));
  CHECK_FALSE(out[1].HasMember("rid"));
}

TEST_CASE("the statistics of a consumer are one dictionary") {
  rtp::forwarder_stats in;
  in.ssrc = rtp::ssrc{7};
  in.packets_lost = -3;
  auto out = parsed(webrtc_stats(consumer_id{"c"}, rtp::media_kind::video, in));
  REQUIRE(out.Size() == 1);
  CHECK(text(out[0]["type"]) == "outbound-rtp");
  CHECK(out[0]["ssrc"].GetUint() == 7);
  CHECK(out[0]["packetsLost"].GetInt() == -3);
  CHECK(text(out[0]["kind"]) == "video");
  CHECK(out[0]["timestamp"].GetDouble() > 1.7e12);
}

TEST_CASE(
    "an explanation has preferred, current and target layers with times") {
  consumer_explanation in;
  in.id = consumer_id{"c"};
  in.producer = producer_id{"p"};
  in.kind = rtp::media_kind::video;
  in.reason = rtp::decision_reason::link;
  in.preferred = rtp::layers{2, 2};
  in.current = rtp::layers{1, 2};
  in.target = rtp::layers{0, 1};
  in.link_bps = 300'000;
  in.at = net::time_point{} + std::chrono::seconds{100};
  in.decisions = {{in.at - std::chrono::seconds{7}, in.reason, in.target,
                   in.link_bps, 0.25f}};
  auto out = protocol::parse_json(explanation_json(in));
  REQUIRE(out.has_value());
  CHECK(text((*out)["reason"]) == "link");
  CHECK((*out)["preferredLayers"]["spatialLayer"].GetInt() == 2);
  CHECK((*out)["currentLayers"]["spatialLayer"].GetInt() == 1);
  CHECK((*out)["targetLayers"]["temporalLayer"].GetInt() == 1);
  REQUIRE((*out)["decisions"].Size() == 1);
  const auto& first = (*out)["decisions"][0];
  CHECK(first["age"].GetDouble() == doctest::Approx(7));
  CHECK((*out)["timestamp"].GetDouble() - first["timestamp"].GetDouble()
        == doctest::Approx(7000).epsilon(0.1));
  CHECK(first["fractionLost"].GetDouble() == doctest::Approx(0.25));
  in.target.reset(); // nothing is sent
  CHECK(explanation_json(in).find("targetLayers") == std::string::npos);
}

TEST_CASE("a consumer's decisions follow its statistics, oldest first") {
  rtp::decision_log log;
  auto now = net::time_point{} + std::chrono::seconds{100};
  for (uint8_t i = 0; i < 40; ++i)
    log.add({now + std::chrono::seconds{i}, rtp::decision_reason::link,
             rtp::layers{1, i}, 300'000, 0.5f});
  log.add(
      {now + std::chrono::seconds{40}, rtp::decision_reason::paused, {}, {}});
  auto out = parsed(webrtc_stats(consumer_id{"c"}, rtp::media_kind::video, {},
                                 log, now + std::chrono::seconds{50}));
  REQUIRE(out.Size() == 1 + rtp::decision_log::capacity);
  CHECK(text(out[1]["type"]) == "decision");
  CHECK(text(out[1]["reason"]) == "link");
  CHECK(out[1]["temporalLayer"].GetInt() == 9);
  CHECK(out[1]["age"].GetDouble() == doctest::Approx(41));
  CHECK(out[1]["availableOutgoingBitrate"].GetUint64() == 300'000);
  auto& last = out[rtp::decision_log::capacity];
  CHECK(text(last["reason"]) == "paused");
  CHECK_FALSE(last.HasMember("spatialLayer"));
}

TEST_CASE("a new transport has statistics, but no candidate pair yet") {
  auto random = net::make_seeded_rng(1);
  net::webrtc_transport transport{{context().get()}, *random};
  auto out = parsed(webrtc_stats(transport_id{"t"}, transport, {}, 3));
  REQUIRE(out.Size() == 1);
  CHECK(text(out[0]["type"]) == "transport");
  CHECK(out[0]["bytesReceived"].GetUint64() == 0);
  CHECK(out[0]["dtlsState"].IsString());
  CHECK(out[0]["packetsDropped"].GetUint64() == 3);
}
