#pragma once

#include "tests/protocol/dialects/canonical.hpp"

#include <string>
#include <vector>

/// INTERNAL to every_request_test.cpp: values of the members of requests.
namespace troupe::test::request_samples {

/// The type of a member.
enum class type {
  text,
  flag,
  layer,
  priority,
  media,
  way,
  app_data,
  dtls,
  rtp,
  capabilities,
  streams,
  sctp,
  stream,
  subchannel,
  subchannels,
  octets
};

/// The JSON of a valid value.
inline std::string good(type what) {
  switch (what) {
    case type::text:
      return "\"x1\"";
    case type::flag:
      return "true";
    case type::layer:
      return "1";
    case type::priority:
      return "255";
    case type::media:
      return "\"audio\"";
    case type::way:
      return "\"recv\"";
    case type::app_data:
      return "{}";
    case type::dtls:
      return dictionaries().at("<dtls>");
    case type::rtp:
      return dictionaries().at("<rtp>");
    case type::capabilities:
      return dictionaries().at("<caps>");
    case type::streams:
      return R"({"OS":1024,"MIS":1024})";
    case type::sctp:
      return R"({"numStreams":{"OS":1024,"MIS":1024}})";
    case type::stream:
      return dictionaries().at("<stream>");
    case type::subchannel:
      return "65535";
    case type::subchannels:
      return "[0,65535]";
    case type::octets:
      return "4294967295";
  }
  return {};
}

/// Values of every JSON type, none of which counts as absent.
inline const std::vector<std::string> samples{
    "true", "-1", "1.5", "256", "4294967296", "\"?\"", "[1]", R"({"a":1})"};

/// Whether a sample is a valid value of that type.
inline bool fits(type what, const std::string& sample) {
  switch (what) {
    case type::text:
      return sample[0] == '"';
    case type::flag:
      return sample == "true";
    case type::layer:
    case type::subchannel:
    case type::octets:
      return sample == "256";
    case type::subchannels:
      return sample == "[1]";
    case type::app_data:
      return sample[0] == '{';
    // An object of unknown members counts as empty, and mediasoup accepts an
    // array as an object without members.
    case type::capabilities:
      return sample[0] == '{' || sample[0] == '[';
    default:
      return false;
  }
}

} // namespace troupe::test::request_samples
