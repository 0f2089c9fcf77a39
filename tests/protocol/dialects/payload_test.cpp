#include "net/base/rng.hpp"
#include "protocol/dialect.hpp"
#include "protocol/json_limits.hpp"
#include "tests/protocol/dialects/canonical.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

/// Every request of every dialect with each of its members missing or of each
/// wrong type: generated from one table of good members.
namespace troupe::test {

namespace {

using namespace troupe::protocol;

struct member {
  std::string good;
  bool required = true;
};

using members = std::map<std::string, member>;

const std::string& dictionary(const char* name) {
  return dictionaries().at(name);
}

// The members of a verb, by the part of its name that the dialects share.
const std::map<std::string, members>& verbs() {
  static const member id{"\"x1\""};
  static const member optional_id{"\"x1\"", false};
  static const member paused{"true", false};
  static const std::map<std::string, members> all{
      {"connect-transport",
       {{"dtlsParameters", {dictionary("<dtls>")}},
        {"transportId", optional_id},
        {"direction", {"\"send\"", false}}}},
      {"restart-ice", {{"transportId", optional_id}}},
      {"produce",
       {{"transportId", optional_id},
        {"kind", {"\"audio\""}},
        {"rtpParameters", {dictionary("<rtp>")}},
        {"paused", paused},
        {"appData", {"{}", false}}}},
      {"pause-producer", {{"producerId", id}}},
      {"resume-producer", {{"producerId", id}}},
      {"close-producer", {{"producerId", id}}},
      {"consume",
       {{"transportId", optional_id},
        {"producerId", optional_id},
        {"rtpCapabilities", {dictionary("<caps>"), false}},
        {"paused", paused}}},
      {"pause-consumer", {{"consumerId", optional_id}}},
      {"resume-consumer", {{"consumerId", optional_id}}},
      {"close-consumer", {{"consumerId", id}}},
      {"set-preferred-layers",
       {{"consumerId", id},
        {"spatialLayer", {"1"}},
        {"temporalLayer", {"2", false}}}},
      {"request-key-frame", {{"consumerId", id}}},
      {"get-stats", {{"id", id}}},
  };
  return all;
}

// Values of every JSON type, none of which counts as absent.
const std::vector<std::string> samples{"true",  "-1",  "1.5",
                                       "\"?\"", "[1]", R"({"a":1})"};

bool fits(const std::string& name, const std::string& good,
          const std::string& sample) {
  if (name == "direction" || name == "kind")
    return false;
  // An object of unknown members is as good as an empty one, and mediasoup
  // takes an array for an object without members.
  if (name == "appData" || name == "rtpCapabilities")
    return sample[0] == '{' || (sample[0] == '[' && name != "appData");
  return good[0] == sample[0] && good[0] != '{' && good[0] != '1'
         && good[0] != '2';
}

std::string object(const members& all, const std::string& changed,
                   const std::string& value) {
  std::string out = "{";
  for (const auto& [name, x] : all) {
    const auto& text = name == changed ? value : x.good;
    if (text.empty())
      continue;
    if (out.size() > 1)
      out += ',';
    out += '"' + name + "\":" + text;
  }
  return out + '}';
}

// A client that has joined, by dialect.
class client {
public:
  explicit client(carrier how) {
    hello_.carrier = how;
    if (how == carrier::websocket) {
      hello_.path = "/socket";
      hello_.query = {{"auth", "alice"}, {"channelId", "daily"}};
    } else {
      hello_.path = "/socket.io/";
    }
    dialect_ = find_dialect(hello_)->make(hello_, *random_, {});
    if (how == carrier::socketio) {
      say("0");
      say(R"(2["join-mediasoup-room",{"roomId":"daily"}])");
    }
    auto join = dialect_->poll_request();
    REQUIRE(join);
    dialect_->handle_outcome(join->token, success{reply::joined{}});
    while (dialect_->poll_frame()) {
    }
  }

  bool is_ws() const {
    return hello_.carrier == carrier::websocket;
  }

  void request(const std::string& verb, const std::string& payload) {
    say(is_ws() ? R"({"type":")" + verb + R"(","data":)" + payload + '}'
                : R"(29[")" + verb + "\"," + payload + ']');
  }

  // Whether the last request was refused in the dialect's own words; it was
  // carried out otherwise.
  bool refused() {
    REQUIRE_FALSE(dialect_->poll_close());
    const auto asked = dialect_->poll_request();
    const auto frame = dialect_->poll_frame();
    REQUIRE(asked.has_value() != frame.has_value());
    if (asked) {
      dialect_->handle_outcome(asked->token, success{reply::ok{}});
      REQUIRE(dialect_->poll_frame());
      return false;
    }
    const auto words = is_ws() ? R"("code":"bad-request")" : R"(39[{"error":)";
    REQUIRE_NE(frame->payload.find(words), std::string::npos);
    return true;
  }

private:
  void say(const std::string& text) {
    dialect_->handle_frame({text, false}, {});
  }

  handshake hello_;
  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
  std::unique_ptr<dialect> dialect_;
};

} // namespace

TEST_CASE("every member that is missing or of a wrong type is refused") {
  for (auto how : {carrier::websocket, carrier::socketio}) {
    client alice(how);
    auto all = verbs();
    all[alice.is_ws() ? "create-transport" : "create-webrtc-transport"] = {
        {"direction", {"\"recv\"", false}}, {"forceTcp", {"true", false}}};
    for (const auto& [verb, expected] : all) {
      CAPTURE(verb);
      alice.request(verb, object(expected, "", ""));
      CHECK_FALSE(alice.refused());
      for (const auto& [name, x] : expected) {
        CAPTURE(name);
        alice.request(verb, object(expected, name, ""));
        CHECK_EQ(alice.refused(), x.required);
        alice.request(verb, object(expected, name, "null"));
        CHECK_EQ(alice.refused(), x.required);
        for (const auto& sample : samples) {
          CAPTURE(sample);
          alice.request(verb, object(expected, name, sample));
          CHECK_EQ(alice.refused(), !fits(name, x.good, sample));
        }
      }
      for (const auto& payload : {"1", "\"x\"", "[]", "true"}) {
        alice.request(verb, payload);
        CHECK(alice.refused());
      }
    }
  }
}

TEST_CASE("what the client sends beyond the members of a verb is ignored") {
  client alice(carrier::websocket);
  alice.request("close-producer", R"({"producerId":"p","extra":{"a":[1]}})");
  CHECK_FALSE(alice.refused());
}

} // namespace troupe::test
