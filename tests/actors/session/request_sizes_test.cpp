#include "tests/actors/support/any_client.hpp"
#include "tests/actors/support/neighbour.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/support/capture.hpp"

#include <rapidjson/pointer.h>

#include <array>
#include <functional>

/// Requests that are well formed except for their size: each array has 0 to
/// 20,000 entries and each string 0 to 70,000 octets, in every dialect. The
/// server responds, or closes the connection after an extremely large message,
/// and keeps running.
using namespace troupe;
using namespace troupe::test;
using rapidjson::Pointer;
using rapidjson::Value;

namespace {

constexpr std::array entry_counts{0u, 1u, 9u, 300u, 20'000u};
constexpr std::array text_sizes{0u, 1u, 256u, 70'000u};

const std::string video_stream = R"({
  "mid": "1", "msid": "s t",
  "codecs": [
    {"mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000,
     "parameters": {"x": "y"}, "rtcpFeedback": [
       {"type": "nack", "parameter": "pli"}]},
    {"mimeType": "video/rtx", "payloadType": 97, "clockRate": 90000,
     "parameters": {"apt": 96}, "rtcpFeedback": []}],
  "headerExtensions": [
    {"uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4,
     "encrypt": false, "parameters": {"x": "y"}}],
  "encodings": [
    {"rid": "r", "ssrc": 1000, "rtx": {"ssrc": 500000},
     "codecPayloadType": 96, "scalabilityMode": "L1T3", "maxBitrate": 90000}],
  "rtcp": {"cname": "c", "reducedSize": true}})";

const std::string capabilities = R"({
  "codecs": [
    {"kind": "video", "mimeType": "video/VP8", "preferredPayloadType": 96,
     "clockRate": 90000, "parameters": {"x": "y"}, "rtcpFeedback": [
       {"type": "nack", "parameter": "pli"}]},
    {"kind": "audio", "mimeType": "audio/opus", "preferredPayloadType": 100,
     "clockRate": 48000, "channels": 2, "parameters": {"x": "y"},
     "rtcpFeedback": []}],
  "headerExtensions": [
    {"kind": "audio", "uri": "urn:ietf:params:rtp-hdrext:sdes:mid",
     "preferredId": 1, "preferredEncrypt": false, "direction": "sendrecv"}]})";

const std::string app_data = R"("appData":{"x":"y","list":[1]})";

/// A request apart from the ids that it names.
struct request_case {
  std::string kebab; // its name in `ws` and `events`; empty if absent
  std::string camel; // in `flow` and `rooms`
  std::string protoo;
  std::string payload;
};

std::vector<request_case> request_cases() {
  return {
      {"produce", "produce", "produce",
       R"({"kind":"video","rtpParameters":)" + video_stream + "," + app_data
           + "}"},
      {"consume", "consume", "", R"({"rtpCapabilities":)" + capabilities + "}"},
      {"create-transport", "createWebRtcTransport", "createWebRtcTransport",
       R"({"direction":"send","sctpCapabilities":{"numStreams":)"
       R"({"OS":1024,"MIS":1024}},)"
           + app_data + "}"},
      {"connect-transport", "connectTransport", "connectWebRtcTransport",
       "{" + some_dtls_parameters() + "}"},
      {"produce-data", "produceData", "produceData",
       R"({"sctpStreamParameters":{"streamId":1,"ordered":true},)"
       R"("label":"l","protocol":"p",)"
           + app_data + "}"},
      {"consume-data", "consumeData", "", R"({"subchannels":[1]})"},
      {"change-display-name", "changeDisplayName", "changeDisplayName",
       R"({"displayName":"x"})"},
      {"", "", "join",
       R"({"displayName":"x","device":{"flag":"f","name":"n","list":[1]},)"
       R"("rtpCapabilities":)"
           + capabilities + "}"},
  };
}

/// Finds the pointers to all arrays and strings in `at`. Only the first element
/// of an array is searched.
void find_pointers(const Value& at, const std::string& path,
                   std::vector<std::string>& out) {
  if (at.IsString() || at.IsArray())
    out.push_back(path);
  if (at.IsArray() && !at.Empty())
    find_pointers(at[0], path + "/0", out);
  if (at.IsObject())
    for (const auto& x : at.GetObject())
      find_pointers(x.value, path + '/' + x.name.GetString(), out);
}

/// Makes the copies of an array's element differ where duplicates are refused.
void tell_apart(Value& x, unsigned number, json& document) {
  auto& allocator = document.GetAllocator();
  if (x.IsArray())
    for (auto& element : x.GetArray())
      tell_apart(element, number, document);
  if (!x.IsObject())
    return;
  for (auto& [name, value] : x.GetObject()) {
    const std::string_view key{name.GetString(), name.GetStringLength()};
    if (key == "rid" || key == "uri")
      value.SetString((value.GetString() + std::to_string(number)).c_str(),
                      allocator);
    else if (key == "ssrc")
      value.SetUint(value.GetUint() + number);
    else if (key == "id" || key == "preferredId")
      value.SetUint(number % 255 + 1);
    else if (key == "payloadType" || key == "preferredPayloadType")
      value.SetUint(number % 128);
    else
      tell_apart(value, number, document);
  }
}

std::string resized(const std::string& payload, const std::string& path,
                    unsigned size) {
  auto document = parse_json(payload);
  auto& allocator = document.GetAllocator();
  auto& at = *Pointer{path.c_str()}.Get(document);
  if (at.IsString()) {
    at.SetString(std::string(size, 'x').c_str(), allocator);
    return to_text(document);
  }
  Value first{0};
  if (!at.Empty())
    first.CopyFrom(at[0], allocator);
  at.SetArray();
  for (unsigned i = 0; i < size; ++i) {
    Value copy{first, allocator};
    tell_apart(copy, i, document);
    at.PushBack(copy, allocator);
  }
  return to_text(document);
}

/// Calls `body` with the payload in each size under test.
void for_every_size(const std::string& payload,
                    const std::function<void(const std::string&)>& body) {
  std::vector<std::string> pointers;
  find_pointers(parse_json(payload), "", pointers);
  REQUIRE_FALSE(pointers.empty());
  for (const auto& path : pointers) {
    CAPTURE(path);
    const auto is_text =
        Pointer{path.c_str()}.Get(parse_json(payload))->IsString();
    for (auto size :
         is_text ? std::vector<unsigned>(text_sizes.begin(), text_sizes.end())
                 : std::vector<unsigned>(entry_counts.begin(),
                                         entry_counts.end())) {
      CAPTURE(size);
      body(resized(payload, path, size));
    }
  }
}

actors::config generous() {
  auto out = loopback();
  out.http.message_rate = 1'000'000;
  out.http.address_message_rate = 1'000'000;
  out.http.address_rate = 1'000'000;
  out.rtc.sctp = "always";
  out.room.reconnect_grace = std::chrono::seconds{0};
  return out;
}

/// A client that can make each request of sayings().
class request_client {
public:
  request_client(uint16_t port, const std::string& dialect)
      : dialect_(dialect)
      , words_(dialect == "ws"       ? framing::plain
               : dialect == "protoo" ? framing::protoo
                                     : framing::socketio)
      , client_(port, words_, "r", "ann" + std::to_string(++last_)) {
    if (dialect == "events")
      client_.request("join-mediasoup-room", R"({"roomId":"r"})");
    const auto name = name_of({"create-transport", "createWebRtcTransport",
                               "createWebRtcTransport", ""});
    send_ = create(name, "send");
    create(name, "recv");
    if (words_ == framing::protoo)
      REQUIRE_FALSE(
          client_.request("join", R"({"displayName":"Ann"})").refused());
  }

  std::string name_of(const request_case& x) const {
    if (words_ == framing::protoo)
      return x.protoo;
    if (dialect_ == "events" && x.kebab == "create-transport")
      return "create-webrtc-transport";
    if (dialect_ == "flow" && x.camel == "consume")
      return "consume-media";
    return dialect_ == "ws" || dialect_ == "events" ? x.kebab : x.camel;
  }

  std::optional<answered> ask(const std::string& name,
                              const std::string& payload) {
    // Other dialects need not name the transport.
    auto out = payload;
    if (words_ == framing::protoo)
      out.insert(1, "\"transportId\":" + quoted(send_) + ",");
    return client_.ask(name, out);
  }

private:
  std::string create(const std::string& name, const std::string& way) {
    const auto made =
        client_.request(name, R"({"roomId":"r","direction":")" + way
                                  + (way == "send" ? R"(","producing":true})"
                                                   : R"(","consuming":true})"));
    REQUIRE_MESSAGE(!made.refused(), made.failure);
    for (const auto* at : {"/data/id", "/0/id", "/0/params/id"})
      if (auto id = text_at(made.data, at); !id.empty())
        return id;
    FAIL("no id in " << to_text(made.data));
    return {};
  }

  // Each client is another user, so that none replaces the one before.
  static inline int last_ = 0;

  const std::string dialect_;
  const framing words_;
  any_client client_;
  std::string send_;
};

} // namespace

TEST_CASE("requests of all sizes are answered in every dialect") {
  running_node node{generous()};
  neighbour bob{node.port(), "r", "bob"};
  for (const std::string dialect :
       {"ws", "events", "flow", "rooms", "protoo"}) {
    CAPTURE(dialect);
    std::optional<request_client> ann{std::in_place, node.port(), dialect};
    for (const auto& x : request_cases()) {
      const auto name = ann->name_of(x);
      if (name.empty())
        continue;
      CAPTURE(name);
      size_t taken = 0;
      size_t refused = 0;
      size_t closed = 0;
      for_every_size(x.payload, [&](const std::string& payload) {
        const auto answer = ann->ask(name, payload);
        taken += answer && !answer->refused();
        refused += answer && answer->refused();
        closed += !answer;
        if (!answer || !answer->refused())
          ann.emplace(node.port(), dialect);
        // Only a message that violates its dialect's framing gets no response.
        if (!answer)
          CHECK(payload.size() > 30'000);
      });
      CHECK(taken + refused > closed);
      bob.client.request("get-producers");
    }
  }
}

TEST_CASE(
    "an oversized value is sent to no member, and its sender gets an error") {
  auto settings = generous();
  // No member times out while another client is read.
  settings.room.reconnect_grace = std::chrono::hours{1};
  running_node node{settings};
  neighbour bob{node.port(), "r", "bob"};
  const std::string app_data = R"("appData":{"x":")";
  for (const std::string dialect :
       {"ws", "events", "flow", "rooms", "protoo"}) {
    CAPTURE(dialect);
    request_client ann{node.port(), dialect};
    const auto kebab = dialect == "ws" || dialect == "events";
    const std::string rename =
        kebab ? "change-display-name" : "changeDisplayName";
    const auto named = [](size_t size) {
      return R"({"displayName":")" + std::string(size, 'n') + "\"}";
    };
    // The member under test, and the other members that the request needs.
    const auto produced = [&](size_t size, const std::string& mid) {
      return "{" + app_data + std::string(size, 'd') + "\"},"
             + video_track(static_cast<uint32_t>(size), mid) + "}";
    };
    const std::vector<std::array<std::string, 4>> cases{
        {rename, named(256), named(257),
         "displayName: must have at most 256 octets"},
        {"produce", produced(16 * 1024 - 8, "a"), produced(16 * 1024 - 7, "b"),
         "appData: must have at most 16384 octets"},
        {"produce", produced(1, std::string(64, 'm')),
         produced(3, std::string(65, 'm')),
         "rtpParameters.mid: must have at most 64 octets"},
    };
    for (const auto& [name, fits, exceeds, why] : cases) {
      CAPTURE_BOUND(name);
      bob.client.request("get-producers");
      bob.client.forget_pushes();
      const auto taken = ann.ask(name, fits);
      REQUIRE(taken);
      CHECK_MESSAGE(!taken->refused(), taken->failure);
      bob.client.push(name == rename ? "participant-updated" : "new-producer");
      bob.client.request("get-producers");
      bob.client.forget_pushes();
      const auto refused = ann.ask(name, exceeds);
      REQUIRE(refused);
      CHECK(refused->failure == why);
      bob.client.request("get-producers");
      CHECK(bob.client.forget_pushes() == 0);
    }
  }
}

TEST_CASE("a member refused for a long name or room id stays where it is") {
  running_node node{generous()};
  neighbour bob{node.port(), "r", "bob"};
  any_client events{node.port(), framing::socketio, "r", ""};
  any_client rooms{node.port(), framing::socketio, "r", ""};
  REQUIRE_FALSE(
      events.request("join-mediasoup-room", R"({"roomId":"r"})").refused());
  REQUIRE_FALSE(rooms.request("join", R"("r","ann")").refused());
  const auto too_long = R"("name":")" + std::string(300, 'n') + "\"}";
  const auto too_far = R"("roomId":")" + std::string(300, 'r') + "\"";
  for (const auto& payload :
       {"{\"roomId\":\"s\"," + too_long, "{" + too_far + "}"}) {
    CHECK(events.request("join-mediasoup-room", payload)
              .failure.ends_with("must have at most 256 octets"));
    CHECK(rooms.request("join", payload)
              .failure.ends_with("must have at most 256 octets"));
  }
  CHECK_FALSE(events.request("get-producers", "{}").refused());
  CHECK_FALSE(rooms.request("getProducers", "{}").refused());
  bob.client.request("get-producers");
}

TEST_CASE("requests of all sizes are answered over HTTP") {
  running_node node{generous()};
  neighbour bob{node.port(), "r", "bob"};
  const auto post = [&](const std::string& path, const std::string& body) {
    return net::testing::http(node.port(), "POST",
                              "/rooms/r/broadcasters" + path,
                              "Content-Type: application/json\r\n", body);
  };
  std::string transport;
  size_t last = 0;
  const auto begin = [&] {
    const auto id = "cam" + std::to_string(++last);
    REQUIRE(post("", R"({"displayName":"x","id":)" + quoted(id) + "}").status
            == 200);
    const auto made = post('/' + id + "/transports",
                           R"({"type":"webrtc","enableSctp":true})");
    REQUIRE(made.status == 200);
    transport =
        '/' + id + "/transports/" + text_at(parse_json(made.body), "/id");
  };
  begin();
  const auto all = request_cases();
  const std::vector<std::pair<std::string, std::string>> requests{
      {"/producers", all[0].payload},
      {"/produce/data", all[4].payload},
      {"/connect", all[3].payload},
      {"/connect", R"({"ip":"127.0.0.1","port":5})"},
  };
  for (const auto& [path, payload] : requests) {
    CAPTURE(path);
    for_every_size(payload, [&](const std::string& body) {
      const auto reply = post(transport + path, body);
      CHECK(reply.status >= 200);
      CHECK(reply.status != 500);
      if (reply.status == 200)
        begin();
    });
  }
  for_every_size(
      R"({"displayName":"x","device":{"name":"n"},"rtpCapabilities":)"
          + capabilities + "}",
      [&](const std::string& body) {
        auto named = body;
        named.insert(1, R"("id":"other)" + std::to_string(++last) + "\",");
        const auto reply = post("", named);
        CHECK(reply.status >= 200);
        CHECK(reply.status != 500);
      });
  bob.client.request("get-producers");
}
