#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"

#include <doctest/doctest.h>

using namespace troupe::protocol;

namespace {

template <class T>
using decoder = checked<T> (*)(const rapidjson::Value&);

template <class T>
checked<T> decode(decoder<T> decode_value, std::string_view text) {
  const auto document = parse_json(text).value();
  return decode_value(document);
}

template <class T>
std::string encoded(const T& value) {
  rapidjson::Document out;
  encode(value, out, out.GetAllocator());
  return write_json(out);
}

// The message of the refusal that decoding `text` must yield.
template <class T>
std::string refusal_of(decoder<T> decode_value, std::string_view text) {
  auto decoded = decode(decode_value, text);
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().code.category() == decode_category());
  return decoded.error().what;
}

constexpr std::string_view sha1 =
    "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB";

} // namespace

TEST_CASE("capabilities get mediasoup's defaults") {
  const auto caps = decode(decode_rtp_capabilities, R"({
    "codecs": [
      {"kind": "video", "mimeType": "Audio/opus", "clockRate": 48000,
       "channels": "2", "parameters": [], "rtcpFeedback": [{"type": "nack"}]},
      {"mimeType": "video/VP8", "clockRate": 9e4, "channels": 2,
       "preferredPayloadType": null, "unheardOf": {"a": []}}],
    "headerExtensions": [
      {"kind": "audio", "uri": "u", "preferredId": 1},
      {"kind": "video", "uri": "v", "preferredId": 2, "direction": "odd"}]})")
                        .value();
  CHECK(encoded(caps)
        == R"({"codecs":[{"kind":"audio","mimeType":"Audio/opus",)"
           R"("clockRate":48000,"channels":1,"parameters":{},)"
           R"("rtcpFeedback":[{"type":"nack","parameter":""}]},)"
           R"({"kind":"video","mimeType":"video/VP8","clockRate":90000,)"
           R"("parameters":{},"rtcpFeedback":[]}],"headerExtensions":[)"
           R"({"kind":"audio","uri":"u","preferredId":1,)"
           R"("preferredEncrypt":false,"direction":"sendrecv"},)"
           R"({"kind":"video","uri":"v","preferredId":2,)"
           R"("preferredEncrypt":false,"direction":"inactive"}]})");
  CHECK(decode(decode_rtp_capabilities, "{}").value() == rtp_capabilities{});
}

TEST_CASE("format parameters keep their types") {
  const std::string text =
      R"({"codecs":[{"mimeType":"video/rtx","payloadType":97,)"
      R"("clockRate":90000,"parameters":{"apt":96,"big":-9007199254740993,)"
      R"("ratio":0.5,"text":"96"},"rtcpFeedback":[]}],"headerExtensions":[],)"
      R"("encodings":[],"rtcp":{"reducedSize":true}})";
  const auto params = decode(decode_rtp_parameters, text).value();
  CHECK(encoded(params) == text);
  const auto& map = params.codecs[0].parameters;
  CHECK(map.at("apt") == parameter_value{int64_t{96}});
  CHECK(map.at("ratio") == parameter_value{0.5});
  CHECK(map.at("text") == parameter_value{"96"});
  const auto whole = decode(decode_rtp_parameters, R"({"codecs":[{"mimeType":
    "video/VP8","payloadType":96,"clockRate":90000,"parameters":{"a":1.0}}]})");
  CHECK(whole->codecs[0].parameters.at("a") == parameter_value{int64_t{1}});
}

TEST_CASE("parameters of a producer survive decoding and encoding") {
  const std::string text =
      R"({"mid":"0","msid":"s t","codecs":[],"headerExtensions":[{"uri":"u",)"
      R"("id":14,"encrypt":true,"parameters":{"a":"b"}}],"encodings":[)"
      R"({"ssrc":4294967295,"rid":"r0","rtx":{"ssrc":2},)"
      R"("codecPayloadType":96,"dtx":true,"scalabilityMode":"L1T3",)"
      R"("maxBitrate":100000}],"rtcp":{"cname":"c","reducedSize":true}})";
  CHECK(encoded(decode(decode_rtp_parameters, text).value()) == text);
}

TEST_CASE("falsy members count as absent") {
  const auto params = decode(decode_rtp_parameters, R"({"mid":null,"msid":0,
    "codecs":[],"headerExtensions":false,"encodings":[{"ssrc":0,"rid":"",
    "rtx":null,"dtx":"yes","scalabilityMode":false,"maxBitrate":-1}],
    "rtcp":""})")
                          .value();
  rtp_parameters expected;
  expected.encodings.emplace_back();
  CHECK(params == expected);
}

TEST_CASE("a refusal names the member") {
  CHECK(refusal_of(decode_rtp_parameters, R"({"codecs":[{"mimeType":"video/VP8",
    "payloadType":96,"clockRate":90000},{"mimeType":"text/plain",
    "payloadType":96,"clockRate":90000}]})")
        == "rtpParameters.codecs[1].mimeType: must be audio/* or video/*");
  CHECK(refusal_of(decode_rtp_parameters, "{}")
        == "rtpParameters.codecs: missing");
  CHECK(refusal_of(decode_rtp_parameters, "7")
        == "rtpParameters: must be an object");
  CHECK(refusal_of(decode_rtp_capabilities, R"({"codecs":[{"mimeType":
    "audio/opus","clockRate":"48000"}]})")
        == "rtpCapabilities.codecs[0].clockRate: must be a number");
  CHECK(refusal_of(decode_rtp_parameters,
                   R"({"codecs":[],"encodings":[{"rtx":{}}]})")
        == "rtpParameters.encodings[0].rtx.ssrc: missing");
  const auto name = std::string(1000, 'n');
  CHECK(refusal_of(decode_rtp_capabilities,
                   R"({"codecs":[{"mimeType":"audio/opus","clockRate":48000,)"
                   R"("parameters":{")"
                       + name + R"(":null}}]})")
            .size()
        < 200);
}

TEST_CASE("numbers beyond the wire are refused") {
  auto encoding = [](const std::string& member) {
    return decode(decode_rtp_parameters,
                  R"({"codecs":[],"encodings":[{)" + member + "}]}");
  };
  CHECK(encoding(R"("ssrc":4294967295)").has_value());
  CHECK_FALSE(encoding(R"("ssrc":4294967296)").has_value());
  CHECK_FALSE(encoding(R"("ssrc":-1)").has_value());
  CHECK_FALSE(encoding(R"("ssrc":1.5)").has_value());
  CHECK(encoding(R"("maxBitrate":1e300)")->encodings[0].max_bitrate
        == UINT32_MAX);
  for (auto [id, is_good] :
       {std::pair{"0", false}, {"255", true}, {"256", false}})
    CHECK(decode(decode_rtp_parameters,
                 R"({"codecs":[],"headerExtensions":[{"uri":"u","id":)"
                     + std::string(id) + "}]}")
              .has_value()
          == is_good);
  for (auto [type, is_good] : {std::pair{"127", true}, {"128", false}})
    CHECK(decode(decode_rtp_parameters,
                 R"({"codecs":[{"mimeType":"audio/PCMU","clockRate":8000,)"
                 R"("payloadType":)"
                     + std::string(type) + "}]}")
              .has_value()
          == is_good);
}

TEST_CASE(
    "a candidate has its address under two names, for old and new clients") {
  const ice_candidate udp{"udpcandidate", 1'076'302'079, "192.0.2.1",
                          ice_protocol::udp, 44'444};
  CHECK(encoded(udp)
        == R"({"foundation":"udpcandidate","priority":1076302079,)"
           R"("ip":"192.0.2.1","address":"192.0.2.1","protocol":"udp",)"
           R"("port":44444,"type":"host"})");
  auto tcp = udp;
  tcp.protocol = ice_protocol::tcp;
  CHECK(encoded(tcp).ends_with(R"("type":"host","tcpType":"passive"})"));
  for (const auto& x : {udp, tcp})
    CHECK(decode(decode_ice_candidate, encoded(x)).value() == x);
  CHECK(decode(decode_ice_candidate,
               R"({"foundation":"f","priority":1,"ip":"::1","protocol":"udp",
                   "port":1})")
            ->address
        == "::1");
}

TEST_CASE("SCTP parameters are encoded with the keys of both generations") {
  sctp_parameters in;
  in.max_send_message_size = 1000;
  in.max_receive_message_size = 2000;
  const auto text = encoded(in);
  for (auto part :
       {R"("port":5000)", R"("OS":65535)", R"("MIS":65535)",
        R"("maxMessageSize":2000)", R"("maxSendMessageSize":1000)",
        R"("maxReceiveMessageSize":2000)", R"("isDataChannel":true)"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
  CHECK(decode(decode_sctp_parameters, text).value() == in);
  CHECK(decode(decode_sctp_parameters, R"({"maxMessageSize":7})")
            ->max_send_message_size
        == 7);
  const sctp_capabilities caps{{.os = 1, .mis = 65'535}};
  CHECK(encoded(caps) == R"({"numStreams":{"OS":1,"MIS":65535}})");
  CHECK(decode(decode_sctp_capabilities, encoded(caps)).value() == caps);
}

TEST_CASE("DTLS requires a usable fingerprint, in upper case") {
  auto with = [](const std::string& fingerprints, const char* role = "") {
    return decode(decode_dtls_parameters,
                  R"({"fingerprints":[)" + fingerprints + "]" + role + "}");
  };
  const std::string good = R"({"algorithm":"SHA-1","value":"4a)"
                           + std::string(sha1.substr(2)) + "\"}";
  const auto params = with(good).value();
  CHECK(params.role == dtls_role::automatic);
  REQUIRE(params.fingerprints.size() == 1);
  CHECK(params.fingerprints[0] == dtls_fingerprint{"sha-1", std::string(sha1)});
  CHECK(with(good, R"(,"role":"client")")->role == dtls_role::client);
  CHECK(
      with(R"({"algorithm":"sha-9","value":"00"},)" + good)->fingerprints.size()
      == 1);
  CHECK_FALSE(with(good, R"(,"role":"both")").has_value());
  CHECK_FALSE(with("").has_value());
  CHECK_FALSE(with(R"({"algorithm":"sha-9","value":"00"})").has_value());
  CHECK_FALSE(with(R"({"algorithm":"sha-1","value":"4A:AD"})").has_value());
  for (auto bad : {":4", "4G", "4A-AD"}) {
    auto value = std::string(sha1);
    value.replace(0, std::string_view(bad).size(), bad);
    CAPTURE(value);
    CHECK_FALSE(
        with(R"({"algorithm":"sha-1","value":")" + value + "\"}").has_value());
  }
  CHECK(decode(decode_dtls_parameters, encoded(params)).value() == params);
}

TEST_CASE("a data channel is ordered unless something limits it") {
  auto stream = [](const char* members) {
    return decode(decode_sctp_stream_parameters,
                  std::string(R"({"streamId":1)") + members + "}");
  };
  CHECK(stream("")->ordered);
  CHECK_FALSE(stream(R"(,"ordered":false)")->ordered);
  CHECK_FALSE(stream(R"(,"maxPacketLifeTime":1)")->ordered);
  CHECK_FALSE(stream(R"(,"maxRetransmits":1)")->ordered);
  const auto none = stream(R"(,"maxRetransmits":0)").value();
  CHECK(none.ordered);
  CHECK(none.max_retransmits == 0);
  CHECK_FALSE(stream(R"(,"ordered":true,"maxRetransmits":1)").has_value());
  CHECK_FALSE(
      stream(R"(,"maxPacketLifeTime":1,"maxRetransmits":1)").has_value());
  CHECK_FALSE(decode(decode_sctp_stream_parameters, R"({"streamId":65535})")
                  .has_value());
  CHECK(encoded(stream(R"(,"maxRetransmits":3)").value())
        == R"({"streamId":1,"ordered":false,"maxRetransmits":3})");
}

TEST_CASE("the server's ICE parameters set iceLite") {
  const ice_parameters in{"ufrag", "password", true};
  CHECK(encoded(in)
        == R"({"usernameFragment":"ufrag","password":"password",)"
           R"("iceLite":true})");
  CHECK(decode(decode_ice_parameters, encoded(in)).value() == in);
}
