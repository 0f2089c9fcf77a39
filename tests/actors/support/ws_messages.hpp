#pragma once

#include "protocol/json/json_limits.hpp"

#include <doctest/doctest.h>

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <deque>
#include <optional>
#include <string>

/// The messages of a client of dialect A (`ws`).
namespace troupe::test {

using json = rapidjson::Document;

/// Parses what the server sent, within the limits that it sets its clients.
inline json parse_json(const std::string& text) {
  auto out = protocol::parse_json(text);
  REQUIRE_MESSAGE(out.has_value(), text);
  return std::move(*out);
}

/// The same for lists that are longer than a client may send.
inline json parse_long_json(const std::string& text) {
  json out;
  REQUIRE_MESSAGE(!out.Parse(text.data(), text.size()).HasParseError(), text);
  return out;
}

inline std::string to_text(const rapidjson::Value& x) {
  rapidjson::StringBuffer out;
  rapidjson::Writer writer{out};
  x.Accept(writer);
  return out.GetString();
}

/// The string at a JSON pointer ("/data/id"), or empty.
inline std::string text_at(const rapidjson::Value& x, const char* pointer) {
  const auto* found = rapidjson::Pointer{pointer}.Get(x);
  return found && found->IsString() ? found->GetString() : "";
}

inline uint32_t number_at(const rapidjson::Value& x, const char* pointer) {
  const auto* found = rapidjson::Pointer{pointer}.Get(x);
  REQUIRE_MESSAGE((found && found->IsUint()), pointer << " in " << to_text(x));
  return found->GetUint();
}

inline std::string quoted(const std::string& x) {
  return "\"" + x + "\"";
}

inline std::string make_request(int id, const std::string& type,
                                const std::string& data) {
  return R"({"id":)" + std::to_string(id) + R"(,"type":")" + type
         + R"(","data":)" + data + "}";
}

/// The `produce` data for Opus, as a browser sends it.
inline std::string audio_track(uint32_t ssrc, const std::string& mid = "0") {
  return R"("kind":"audio","rtpParameters":{"mid":")" + mid
         + R"(","codecs":[{"mimeType":"audio/opus","payloadType":111,)"
           R"("clockRate":48000,"channels":2,"parameters":{"useinbandfec":1},)"
           R"("rtcpFeedback":[]}],"headerExtensions":[],"encodings":[{"ssrc":)"
         + std::to_string(ssrc)
         + R"(}],"rtcp":{"cname":"test","reducedSize":true}})";
}

/// The same for VP8 with RTX.
inline std::string video_track(uint32_t ssrc, const std::string& mid = "1") {
  return R"("kind":"video","rtpParameters":{"mid":")" + mid
         + R"(","codecs":[{"mimeType":"video/VP8","payloadType":96,)"
           R"("clockRate":90000,"parameters":{},"rtcpFeedback":[)"
           R"({"type":"nack","parameter":""},{"type":"nack","parameter":"pli"},)"
           R"({"type":"ccm","parameter":"fir"}]},)"
           R"({"mimeType":"video/rtx","payloadType":97,"clockRate":90000,)"
           R"("parameters":{"apt":96},"rtcpFeedback":[]}],)"
           R"("headerExtensions":[],"encodings":[{"ssrc":)"
         + std::to_string(ssrc) + R"(,"rtx":{"ssrc":)"
         + std::to_string(ssrc + 1)
         + R"(}}],"rtcp":{"cname":"test","reducedSize":true}})";
}

/// The same with three encodings that have RIDs.
inline std::string simulcast_track(uint32_t ssrc,
                                   const std::string& mid = "1") {
  auto out = video_track(ssrc, mid);
  auto begin = out.find(R"("encodings":[)");
  auto end = out.find(R"(}}])", begin);
  return out.replace(begin, end + 3 - begin,
                     R"("encodings":[{"rid":"r0"},{"rid":"r1"},{"rid":"r2"}])");
}

/// `dtlsParameters` of a client with that SHA-256 fingerprint.
inline std::string dtls_parameters(const std::string& fingerprint) {
  return R"("dtlsParameters":{"role":"client","fingerprints":[{"algorithm":)"
         R"("sha-256","value":")"
         + fingerprint + R"("}]})";
}

/// The same with the fingerprint of a certificate that does not exist.
inline std::string some_dtls_parameters() {
  std::string print = "AB";
  for (int i = 1; i < 32; ++i)
    print += ":CD";
  return dtls_parameters(print);
}

/// The messages from the server: responses apart from pushes.
struct inbox {
  void add(const std::string& text) {
    auto x = parse(text);
    REQUIRE(x.IsObject());
    (x.HasMember("id") ? replies : pushes).push_back(std::move(x));
  }

  /// The response to that request, if it has arrived.
  std::optional<json> take_reply(int id) {
    for (auto i = replies.begin(); i != replies.end(); ++i)
      if (const auto& x = (*i)["id"]; x.IsInt() && x.GetInt() == id) {
        std::optional out{std::move(*i)};
        replies.erase(i);
        return out;
      }
    return std::nullopt;
  }

  /// Takes the oldest push of that type.
  std::optional<json> take_push(const std::string& type) {
    for (auto i = pushes.begin(); i != pushes.end(); ++i)
      if (text_at(*i, "/type") == type) {
        std::optional out{std::move(*i)};
        pushes.erase(i);
        return out;
      }
    return std::nullopt;
  }

  json (*parse)(const std::string& text) = parse_json;
  std::deque<json> replies;
  std::deque<json> pushes;
};

} // namespace troupe::test
