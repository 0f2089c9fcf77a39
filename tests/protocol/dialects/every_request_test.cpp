#include "protocol/json/json_limits.hpp"
#include "tests/protocol/dialects/canonical.hpp"
#include "tests/protocol/dialects/clients.hpp"
#include "tests/protocol/dialects/request_samples.hpp"

#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

/// Tests every request of every dialect, taken from the dialects' own tables,
/// with each member missing, of each wrong type, or naming an unknown object.
namespace troupe::test {

namespace {

using namespace troupe::protocol;
using namespace request_samples;

struct member {
  request_samples::type type;
  bool required = true;
};

using members = std::map<std::string, member>;

constexpr member id{type::text};
constexpr member optional_id{type::text, false};
constexpr member flag{type::flag, false};

// The members of each verb. A verb without an overload does not compile.
struct members_of {
  // Verbs without a payload.
  members operator()(const verb::create_room&) {
    return {};
  }
  members operator()(const verb::join&) {
    return {};
  }
  members operator()(const verb::announce&) {
    return {};
  }
  members operator()(const verb::get_capabilities&) {
    return {};
  }
  members operator()(const verb::leave&) {
    return {};
  }
  // list_producers, list_data_producers, get_chat_history and end_room.
  template <class Verb>
  requires std::is_empty_v<Verb> members operator()(const Verb&) {
    return {};
  }
  members operator()(const verb::authenticate&) {
    return {};
  }
  members operator()(const verb::set_display_name&) {
    return {{"displayName", id}};
  }
  members operator()(const verb::create_transport&) {
    return {{"direction", {type::way, false}},
            {"forceTcp", flag},
            {"enableSctp", flag},
            {"numSctpStreams", {type::streams, false}},
            {"sctpCapabilities", {type::sctp, false}}};
  }
  members operator()(const verb::connect_transport&) {
    return {{"dtlsParameters", {type::dtls}},
            {"transportId", optional_id},
            {"direction", {type::way, false}}};
  }
  members operator()(const verb::restart_ice&) {
    return {{"transportId", optional_id}};
  }
  members operator()(const verb::produce&) {
    return {{"transportId", optional_id},
            {"kind", {type::media}},
            {"rtpParameters", {type::rtp}},
            {"paused", flag},
            {"appData", {type::app_data, false}}};
  }
  members operator()(const verb::consume&) {
    return {{"transportId", optional_id},
            {"producerId", optional_id},
            {"rtpCapabilities", {type::capabilities, false}},
            {"paused", flag}};
  }
  // pause_producer, resume_producer and close_producer.
  template <class Verb>
  requires requires(Verb x) {
    x.producer.str();
  }
  members operator()(const Verb&) {
    return {{"producerId", id}};
  }
  members operator()(const verb::pause_consumer&) {
    return {{"consumerId", optional_id}};
  }
  members operator()(const verb::resume_consumer&) {
    return {{"consumerId", optional_id}};
  }
  members operator()(const verb::close_consumer&) {
    return {{"consumerId", id}};
  }
  members operator()(const verb::set_preferred_layers&) {
    return {{"consumerId", id},
            {"spatialLayer", {type::layer}},
            {"temporalLayer", {type::layer, false}}};
  }
  members operator()(const verb::set_priority&) {
    return {{"consumerId", id}, {"priority", {type::priority}}};
  }
  members operator()(const verb::request_key_frame&) {
    return {{"consumerId", id}};
  }
  members operator()(const verb::get_stats&) {
    return {{"transportId", id}};
  }
  members operator()(const verb::kick&) {
    return {{"peerId", id}};
  }
  members operator()(const verb::make_host&) {
    return {{"peerId", id}};
  }
  members operator()(const verb::mute&) {
    return {{"peerId", id}, {"kind", {type::media, false}}};
  }
  members operator()(const verb::mute_all&) {
    return {{"kind", {type::media, false}}};
  }
  members operator()(const verb::ask_to_unmute&) {
    return {{"peerId", id}, {"kind", {type::media, false}}};
  }
  members operator()(const verb::produce_data&) {
    return {{"transportId", optional_id},
            {"sctpStreamParameters", {type::stream}},
            {"label", optional_id},
            {"protocol", optional_id},
            {"paused", flag},
            {"appData", {type::app_data, false}}};
  }
  members operator()(const verb::consume_data&) {
    return {{"transportId", optional_id},
            {"dataProducerId", optional_id},
            {"paused", flag},
            {"subchannels", {type::subchannels, false}}};
  }
  members operator()(const verb::pause_data_producer&) {
    return {{"dataProducerId", id}};
  }
  members operator()(const verb::resume_data_producer&) {
    return {{"dataProducerId", id}};
  }
  members operator()(const verb::close_data_producer&) {
    return {{"dataProducerId", id}};
  }
  members operator()(const verb::pause_data_consumer&) {
    return {{"dataConsumerId", optional_id}};
  }
  members operator()(const verb::resume_data_consumer&) {
    return {{"dataConsumerId", optional_id}};
  }
  members operator()(const verb::close_data_consumer&) {
    return {{"dataConsumerId", id}};
  }
  members operator()(const verb::set_data_subchannels&) {
    return {{"dataConsumerId", id}, {"subchannels", {type::subchannels}}};
  }
  members operator()(const verb::add_data_subchannel&) {
    return {{"dataConsumerId", id}, {"subchannel", {type::subchannel}}};
  }
  members operator()(const verb::remove_data_subchannel&) {
    return {{"dataConsumerId", id}, {"subchannel", {type::subchannel}}};
  }
  members operator()(const verb::set_data_low_threshold&) {
    return {{"dataConsumerId", id}, {"threshold", {type::octets}}};
  }
  members operator()(const verb::get_data_buffered&) {
    return {{"dataConsumerId", id}};
  }
  members operator()(const verb::set_lobby&) {
    return {{"enabled", flag}};
  }
  members operator()(const verb::let_in&) {
    return {{"knockId", optional_id}};
  }
  members operator()(const verb::turn_away&) {
    return {{"knockId", optional_id}};
  }
  members operator()(const verb::message_lobby&) {
    return {{"message", id}};
  }
  members operator()(const verb::lock_room&) {
    return {{"locked", flag}};
  }
  members operator()(const verb::start_recording&) {
    return {{"title", optional_id}};
  }
  members operator()(const verb::consent_to_recording&) {
    return {{"accepted", flag}};
  }
};

std::string object(const members& all, const std::string& changed = {},
                   const std::string& value = {}) {
  std::string out = "{";
  for (const auto& [name, x] : all) {
    const auto text = name == changed ? value : good(x.type);
    if (text.empty())
      continue;
    if (out.size() > 1)
      out += ',';
    out += '"' + name + "\":" + text;
  }
  return out + '}';
}

// The members of a request, from the verb that it decodes from a payload with
// all members.
members find_members(const listed_request& what) {
  const members everything{{"direction", {type::way}},
                           {"dtlsParameters", {type::dtls}},
                           {"kind", {type::media}},
                           {"rtpParameters", {type::rtp}},
                           {"producerId", {type::text}},
                           {"consumerId", {type::text}},
                           {"spatialLayer", {type::layer}},
                           {"priority", {type::priority}},
                           {"displayName", {type::text}},
                           {"message", {type::text}},
                           {"peerId", {type::text}},
                           {"sctpStreamParameters", {type::stream}},
                           {"dataProducerId", {type::text}},
                           {"dataConsumerId", {type::text}},
                           {"subchannel", {type::subchannel}},
                           {"subchannels", {type::subchannels}},
                           {"threshold", {type::octets}},
                           {"id", {type::text}}};
  const auto verb = what.read(*parse_json(object(everything)));
  REQUIRE(verb.has_value());
  return std::visit(members_of{}, *verb);
}

bool is_bad_request(const std::string& frame) {
  return frame.find(R"("code":"bad-request")") != std::string::npos;
}

// Whether the error names the member as all dialects do: "kind: missing", or
// "rtpParameters.codecs: must be an array" for a nested member.
bool names(const std::string& frame, const std::string& member) {
  const auto text = '"' + member;
  for (auto at = frame.find(text); at != std::string::npos;
       at = frame.find(text, at + 1)) {
    const auto end = frame.find_first_of(":\" ", at + text.size());
    const auto inside = end == at + text.size()
                        || frame[at + text.size()] == '.'
                        || frame[at + text.size()] == '[';
    if (inside && end != std::string::npos && frame.compare(end, 2, ": ") == 0)
      return true;
  }
  return false;
}

// Whether the dialect itself refuses the request. Otherwise the server is
// asked, and its reply is sent to the client.
bool refuses(dialect_client& alice, const std::string& name,
             const std::string& arguments,
             const std::string& faulty_member = {}) {
  auto result = alice.request(name, arguments);
  if (result.frame) {
    CHECK(is_bad_request(*result.frame));
    if (!faulty_member.empty())
      CHECK(names(*result.frame, faulty_member));
    return true;
  }
  alice.answer(result.request->token, success{reply::ok{}});
  return false;
}

template <class Body>
void for_every_request(Body body) {
  size_t count = 0;
  for (const auto& how : dialect_cases()) {
    CAPTURE(how.name);
    for (const auto& what : how.requests) {
      // A leave would end the state that other requests need.
      if (what.name.starts_with("leave"))
        continue;
      CAPTURE(what.name);
      dialect_client alice{how};
      body(how, what, alice);
      ++count;
    }
  }
  CHECK_GT(count, 130);
}

} // namespace

TEST_CASE("every missing member and every member of a wrong type is refused") {
  for_every_request([](const dialect_case&, const listed_request& what,
                       dialect_client& alice) {
    const auto all = find_members(what);
    CHECK_FALSE(refuses(alice, what.name, object(all)));
    for (const auto& [name, x] : all) {
      CAPTURE_BOUND(name);
      for (const auto& absent : {"", "null"})
        CHECK_EQ(refuses(alice, what.name, object(all, name, absent), name),
                 x.required);
      for (const auto& sample : samples) {
        CAPTURE(sample);
        CHECK_EQ(refuses(alice, what.name, object(all, name, sample), name),
                 !fits(x.type, sample));
      }
    }
  });
}

TEST_CASE(
    "a payload that is not an object is refused if no argument may be bare") {
  for_every_request([](const dialect_case&, const listed_request& what,
                       dialect_client& alice) {
    if (!what.positions[0].empty())
      return;
    for (const auto& payload : {"1", "\"x\"", "[]", "true"})
      CHECK(refuses(alice, what.name, payload));
  });
}

TEST_CASE("bare arguments mean the same as members of an object") {
  size_t count = 0;
  for_every_request([&](const dialect_case&, const listed_request& what,
                        dialect_client& alice) {
    const auto all = find_members(what);
    std::string bare;
    members named;
    for (const auto& position : what.positions)
      if (const auto found = all.find(std::string{position});
          found != all.end()) {
        bare += (bare.empty() ? "" : ",") + good(found->second.type);
        named.insert(*found);
      }
    if (bare.empty())
      return;
    for (const auto& [name, x] : all)
      if (x.required && !named.contains(name))
        return;
    auto one = alice.request(what.name, bare);
    auto other = alice.request(what.name, object(named));
    REQUIRE(one.request);
    REQUIRE(other.request);
    CHECK_EQ(describe(one.request->request), describe(other.request->request));
    ++count;
  });
  CHECK_GT(count, 30);
}

TEST_CASE("a room of a wrong type is refused in every request") {
  for (const auto& how : dialect_cases()) {
    if (how.carrier == carrier::websocket)
      continue;
    CAPTURE(how.name);
    dialect_client alice{how};
    for (const auto& what : how.requests)
      for (const auto& bad : {"true", "1.5", "[1]", R"({"a":1})"})
        CHECK(refuses(alice, what.name,
                      std::string{R"({"roomId":)"} + bad + '}'));
  }
}

TEST_CASE("an id that the server does not know is answered with an error") {
  for_every_request([](const dialect_case&, const listed_request& what,
                       dialect_client& alice) {
    const auto all = find_members(what);
    for (const auto& [name, x] : all) {
      if (x.type != type::text || name == "protocol")
        continue;
      CAPTURE_BOUND(name);
      auto result = alice.request(what.name, object(all, name, "\"nobody\""));
      REQUIRE(result.request);
      CHECK_NE(describe(result.request->request).find("=nobody"),
               std::string::npos);
      const auto frame = alice.answer(
          result.request->token,
          make_error(name == "transportId" ? error_code::transport_not_found
                                           : error_code::consumer_not_found));
      CHECK_NE(frame.find("not found"), std::string::npos);
    }
  });
}

TEST_CASE("every error of every request is encoded in the dialect's format") {
  for_every_request([](const dialect_case& how, const listed_request& what,
                       dialect_client& alice) {
    const auto payload = object(find_members(what));
    for (int i = 1; i <= static_cast<int>(error_code::internal); ++i) {
      const auto code = static_cast<error_code>(i);
      auto result = alice.request(what.name, payload);
      REQUIRE(result.request);
      auto frame = alice.answer(result.request->token, make_error(code));
      const auto named = "\"code\":\"" + std::string{to_string(code)} + '"';
      CHECK_NE(frame.find(named), std::string::npos);
      if (how.carrier == carrier::websocket) {
        CHECK_NE(frame.find(R"("type":"error")"), std::string::npos);
        CHECK_NE(frame.find(R"("id":9)"), std::string::npos);
        continue;
      }
      CHECK(frame.starts_with(R"(39[{"error":")"));
      result = alice.request_without_reply(what.name, payload);
      REQUIRE(result.request);
      frame = alice.answer(result.request->token, make_error(code));
      CHECK(frame.starts_with("2[\"" + how.failure_event + "\",{\"error\":\""));
      CHECK_NE(frame.find(R"("event":")" + what.name + '"'), std::string::npos);
    }
  });
}

TEST_CASE("unknown members of a payload are ignored") {
  for_every_request([](const dialect_case&, const listed_request& what,
                       dialect_client& alice) {
    auto payload = object(find_members(what));
    payload.pop_back();
    payload += payload.size() > 1 ? "," : "";
    CHECK_FALSE(refuses(alice, what.name, payload + R"("extra":{"a":[1]}})"));
  });
}

} // namespace troupe::test
