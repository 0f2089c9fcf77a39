#include "protocol/json/part_json.hpp"

#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"
#include "protocol/verbs/limits.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::protocol;

namespace {

rtp_parameters opus_parameters() {
  const auto json = parse_json(R"({
    "codecs": [{"mimeType": "audio/opus", "payloadType": 100,
                "clockRate": 48000, "channels": 2,
                "parameters": {"useinbandfec": 1}}],
    "encodings": [{"ssrc": 1234}],
    "headerExtensions": [{"uri": "urn:x", "id": 4}],
    "rtcp": {"cname": "c"}})");
  return decode_rtp_parameters(*json).value();
}

} // namespace

TEST_CASE("a member that another node describes is read as it was written") {
  described_member x{"Ann \"A\"", {R"({"flag":"firefox"})"}, true, false, false,
                     true};
  CHECK(read_described_member(to_json(x)).value() == x);
  x.moderates = std::nullopt;
  CHECK(read_described_member(to_json(x)).value() == x);
}

TEST_CASE(
    "what a member's node records, and its consent, are read as written") {
  described_member x{"Ann"};
  x.recording =
      recording_info{recording_id{"r1"},
                     peer_id{"ann"},
                     "Ann",
                     wall_time{std::chrono::milliseconds{1769860800250}},
                     "Weekly",
                     true};
  x.accepts = recording_id{"r1"};
  CHECK(read_described_member(to_json(x)).value() == x);
  CHECK_FALSE(
      read_described_member(
          R"({"rank":1,"recording":{"id":"r1","startedAtMs":253402300800000}})")
          .has_value());
}

TEST_CASE("a node of a version without recordings tells its members of none") {
  const auto x = read_described_member(R"({"rank":1})").value();
  CHECK_FALSE(x.is_told_of_recordings);
  CHECK_FALSE(x.recording);
  CHECK(x.accepts.empty());
}

TEST_CASE("a producer that another node describes is read as it was written") {
  const described_producer x{
      media_kind::video, true, {R"({"a":1})"}, "simulcast", opus_parameters()};
  CHECK(read_described_producer(to_json(x)).value() == x);
}

TEST_CASE("a data producer of another node is read as it was written") {
  const described_data_producer x{
      "chat", "text", true, {R"({"a":1})"}, {7, false, {}, 3}};
  CHECK(read_described_data_producer(to_json(x)).value() == x);
}

TEST_CASE("a description that a node must not send is refused by its member") {
  const auto refused = [](const auto& decoded) {
    REQUIRE_FALSE(decoded.has_value());
    return decoded.error().what;
  };
  CHECK(refused(read_described_member("7")) == "member: must be an object");
  CHECK(refused(read_described_member("{")) != "");
  CHECK(refused(read_described_member(R"({"name":3})"))
        == "member.name: must be a string");
  const std::string long_device(limits::device, 'x');
  CHECK(refused(
            read_described_member(R"({"device":{"a":")" + long_device + "\"}}"))
            .starts_with("member.device: "));
  CHECK(refused(read_described_producer(R"({"kind":"audio","type":"odd"})"))
        == "producer.type: must be simple, simulcast or svc");
  CHECK(refused(read_described_producer(R"({"kind":"smell"})"))
            .starts_with("producer.kind: "));
  CHECK(refused(read_described_producer(R"({"kind":"audio","type":"simple"})"))
        == "producer.consumableRtpParameters: is missing");
  CHECK(refused(read_described_data_producer("{}"))
        == "dataProducer.sctpStreamParameters: is missing");
}
