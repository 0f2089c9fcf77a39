#include "protocol/verbs/limits.hpp"

#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"
#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

#include <rapidjson/pointer.h>

#include <functional>

/// Values of the maximum length are accepted, longer ones refused by name.
using namespace troupe::protocol;
using rapidjson::Document;
using rapidjson::Pointer;
using rapidjson::Value;

namespace {

constexpr auto stream = R"({
  "mid": "0", "msid": "s t",
  "codecs": [
    {"mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000,
     "parameters": {"a": "b"}, "rtcpFeedback": [
       {"type": "nack", "parameter": "pli"}]}],
  "headerExtensions": [
    {"uri": "u", "id": 1, "encrypt": false, "parameters": {"a": "b"}}],
  "encodings": [{"rid": "r0", "scalabilityMode": "L1T3"}],
  "rtcp": {"cname": "c"}})";

constexpr auto capabilities = R"({
  "codecs": [
    {"kind": "video", "mimeType": "video/VP8", "preferredPayloadType": 96,
     "clockRate": 90000, "parameters": {"a": "b"}, "rtcpFeedback": [
       {"type": "nack", "parameter": "pli"}]}],
  "headerExtensions": [
    {"kind": "video", "uri": "u", "preferredId": 1}]})";

constexpr auto dtls = R"({"role": "client", "fingerprints": [
    {"algorithm": "sha-1", "value":
     "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB"}]})";

template <class T>
std::string fault(checked<T> (*decode)(const Value&), const Document& in) {
  const auto out = decode(in);
  return out ? "" : out.error().what;
}

struct dictionary {
  std::string name;
  std::string text;
  std::function<std::string(const Document&)> fault;
};

const std::vector<dictionary>& dictionaries() {
  static const std::vector<dictionary> all{
      {"rtpParameters", stream,
       [](const auto& x) {
         return fault(decode_rtp_parameters, x);
       }},
      {"rtpCapabilities", capabilities,
       [](const auto& x) {
         return fault(decode_rtp_capabilities, x);
       }},
      {"dtlsParameters", dtls,
       [](const auto& x) {
         return fault(decode_dtls_parameters, x);
       }},
  };
  return all;
}

// The error for the dictionary if the value at `path` has that size: its number
// of octets, elements or members.
std::string fault_of(const dictionary& in, const std::string& path,
                     size_t size) {
  auto document = parse_json(in.text).value();
  auto& allocator = document.GetAllocator();
  auto& at = *Pointer{path.c_str()}.Get(document);
  if (at.IsString()) {
    const auto prefix = path.ends_with("mimeType") ? "video/" : "";
    auto text = prefix + std::string(size, 'x');
    text.resize(size);
    at.SetString(text.c_str(), allocator);
  } else if (at.IsArray()) {
    const Value first{at[0], allocator};
    at.Clear();
    for (size_t i = 0; i < size; ++i)
      at.PushBack(Value{first, allocator}, allocator);
  } else {
    at.SetObject();
    for (size_t i = 0; i < size; ++i)
      at.AddMember(Value{std::to_string(i).c_str(), allocator}, Value{1},
                   allocator);
  }
  return in.fault(document);
}

struct row {
  size_t dictionary;
  std::string path;
  size_t limit;
  std::string unit = "octets";
  std::string member = {}; // as refusals name it, if not as in path
};

std::string name_of(const row& x) {
  if (!x.member.empty())
    return x.member;
  auto out = dictionaries()[x.dictionary].name;
  size_t from = 1;
  while (from <= x.path.size()) {
    const auto part = x.path.substr(from, x.path.find('/', from) - from);
    out += part == "0" ? "[0]" : '.' + part;
    from += part.size() + 1;
  }
  return out;
}

const std::vector<row> rows{
    {0, "/mid", 64},
    {0, "/msid", 1024},
    {0, "/codecs", 128, "elements"},
    {0, "/codecs/0/mimeType", 64},
    {0, "/codecs/0/parameters", 64, "members"},
    {0, "/codecs/0/parameters/a", 1024},
    {0, "/codecs/0/rtcpFeedback", 32, "elements"},
    {0, "/codecs/0/rtcpFeedback/0/type", 1024},
    {0, "/codecs/0/rtcpFeedback/0/parameter", 1024},
    {0, "/headerExtensions", 128, "elements"},
    {0, "/headerExtensions/0/uri", 1024},
    {0, "/headerExtensions/0/parameters", 64, "members"},
    {0, "/headerExtensions/0/parameters/a", 1024},
    {0, "/encodings", 8, "elements"},
    {0, "/encodings/0/rid", 64},
    {0, "/encodings/0/scalabilityMode", 1024},
    {0, "/rtcp/cname", 255},
    {1, "/codecs", 128, "elements"},
    {1, "/codecs/0/mimeType", 64},
    {1, "/codecs/0/parameters", 64, "members"},
    {1, "/codecs/0/parameters/a", 1024},
    {1, "/codecs/0/rtcpFeedback", 32, "elements"},
    {1, "/codecs/0/rtcpFeedback/0/type", 1024},
    {1, "/headerExtensions", 128, "elements"},
    {1, "/headerExtensions/0/uri", 1024},
    {2, "/fingerprints", 16, "elements"},
};

} // namespace

TEST_CASE("a value beyond its limit is refused by its name") {
  for (const auto& x : rows) {
    CAPTURE(x.path);
    const auto& in = dictionaries()[x.dictionary];
    CHECK_EQ(fault_of(in, x.path, x.limit), "");
    for (const auto size : {x.limit + 1, size_t{20'000}})
      CHECK_EQ(fault_of(in, x.path, size), name_of(x) + ": must have at most "
                                               + std::to_string(x.limit) + ' '
                                               + x.unit);
  }
}

TEST_CASE("an invalid enumerated text is refused, however long") {
  for (const auto size : {size_t{1}, size_t{1025}, size_t{70'000}}) {
    CHECK(fault_of(dictionaries()[1], "/codecs/0/kind", size).empty());
    CHECK_FALSE(
        fault_of(dictionaries()[1], "/headerExtensions/0/kind", size).empty());
    CHECK_FALSE(fault_of(dictionaries()[2], "/role", size).empty());
    CHECK_FALSE(
        fault_of(dictionaries()[2], "/fingerprints/0/value", size).empty());
  }
}

TEST_CASE("parameter names have a limit, and so have all parameters together") {
  const auto with = [](const std::string& parameters) {
    const auto codec = R"({"mimeType":"video/VP8","payloadType":96,)"
                       R"("clockRate":90000,"parameters":{)"
                       + parameters + "}}";
    return fault(
        decode_rtp_parameters,
        parse_json(R"({"codecs":[)" + codec + ',' + codec + "]}").value());
  };
  const auto parameter = [](size_t name, size_t value) {
    return '"' + std::string(name, 'n') + "\":\"" + std::string(value, 'v')
           + '"';
  };
  CHECK_EQ(with(parameter(1024, 1)), "");
  const auto refused = with(parameter(1025, 1));
  CHECK_NE(refused.find("at most 1024"), std::string::npos);
  CHECK_LT(refused.size(), 200);
  std::string all;
  for (size_t i = 0; i < 7; ++i)
    all += (all.empty() ? "" : ",") + parameter(i + 1, 1024);
  CHECK_EQ(with(all), "");
  CHECK_EQ(with(all + ',' + parameter(9, 1024)),
           "rtpParameters.codecs: parameters must have at most 16384 octets");
}
