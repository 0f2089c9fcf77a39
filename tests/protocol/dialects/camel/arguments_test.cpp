#include "protocol/dialects/camel/arguments.hpp"

#include "protocol/json/json_limits.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace troupe::protocol;

namespace {

// The payload of an event with these arguments, or the refusal.
std::string gather(const std::string& arguments,
                   const std::vector<std::string_view>& positions = {}) {
  const auto event = parse_json("[\"event\"" + arguments + "]");
  const auto payload = gather_arguments(*event, positions);
  return payload ? write_json(*payload) : payload.error().what;
}

} // namespace

TEST_CASE("no argument, null and an empty object all yield an empty payload") {
  CHECK_EQ(gather(""), "{}");
  CHECK_EQ(gather(",null"), "{}");
  CHECK_EQ(gather(",{}"), "{}");
  CHECK_EQ(gather(",null,null,{}"), "{}");
}

TEST_CASE("bare values are named by their positions") {
  CHECK_EQ(gather(",\"daily\",7", {"roomId", "userId"}),
           R"({"roomId":"daily","userId":7})");
  CHECK_EQ(gather(",null,\"alice\"", {"roomId", "userId"}),
           R"({"userId":"alice"})");
  CHECK_EQ(gather(",\"daily\"", {"roomId", "userId"}), R"({"roomId":"daily"})");
}

TEST_CASE("objects are merged; of two members of one name the first counts") {
  CHECK_EQ(gather(R"(,{"a":1},{"a":2,"b":3})"), R"({"a":1,"b":3})");
  CHECK_EQ(gather(R"(,"daily",{"roomId":"other","name":"Alice"})", {"roomId"}),
           R"({"roomId":"daily","name":"Alice"})");
}

TEST_CASE("mediasoup's dictionaries are recognised by their members") {
  CHECK_EQ(gather(R"(,"audio",{"codecs":[]})", {"kind", "rtpParameters"}),
           R"({"kind":"audio","rtpParameters":{"codecs":[]}})");
  CHECK_EQ(gather(R"(,{"fingerprints":[]})", {"transportId", "dtlsParameters"}),
           R"({"dtlsParameters":{"fingerprints":[]}})");
  CHECK_EQ(gather(R"(,{"rtpCapabilities":{"codecs":[]}})", {"rtpCapabilities"}),
           R"({"rtpCapabilities":{"codecs":[]}})");
  // An object like any other if no position names the dictionary.
  CHECK_EQ(gather(R"(,{"codecs":[]})"), R"({"codecs":[]})");
}

TEST_CASE("more bare values than positions are refused") {
  CHECK_EQ(gather(",1"), "payload: must be an object");
  CHECK_EQ(gather(",1,2", {"roomId"}), "payload: must be an object");
  CHECK_EQ(gather(",1,2", {"kind", "rtpParameters"}),
           "payload: must be an object");
}
