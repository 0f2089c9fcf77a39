#include "protocol/json/forward_request.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe;
using namespace troupe::protocol;

namespace {

forward_request good(const std::string& json) {
  auto out = read_forward_request(json);
  REQUIRE_MESSAGE(out.has_value(), json);
  return *out;
}

std::string fault(const std::string& json) {
  auto out = read_forward_request(json);
  CAPTURE(json);
  REQUIRE_FALSE(out.has_value());
  return out.error().what;
}

} // namespace

TEST_CASE("a forward has a member, an address and both kinds") {
  const auto x = good(R"({"peer":"ann","address":"192.0.2.7","port":5004})");
  CHECK(x.peer == peer_id{"ann"});
  CHECK(x.to == net::parse_address("192.0.2.7", 5004));
  CHECK(x.kinds == std::vector{media_kind::audio, media_kind::video});
  CHECK(forward_port(x.to, media_kind::audio) == 5004);
  CHECK(forward_port(x.to, media_kind::video) == 5006);
}

TEST_CASE("a forward may have one kind, or name kinds in any order") {
  const auto kinds = [](const std::string& list) {
    return good(R"({"peer":"a","address":"::1","port":1,"kinds":)" + list + "}")
        .kinds;
  };
  const std::vector both{media_kind::audio, media_kind::video};
  CHECK(kinds(R"(["video"])") == std::vector{media_kind::video});
  CHECK(kinds(R"(["video","audio"])") == both);
  CHECK(kinds(R"(["audio","audio"])") == std::vector{media_kind::audio});
  CHECK(kinds("[]") == both);
}

TEST_CASE("a forward's ports end with the last port there is") {
  const auto with_port = [](const std::string& port) {
    return R"({"peer":"a","address":"::1","port":)" + port + "}";
  };
  CHECK(good(with_port("65532")).to.port() == 65532);
  for (auto bad : {"0", "65533", "65536", "-1", "1.5", "\"5004\"", "null"})
    CHECK(fault(with_port(bad)).starts_with("port: "));
}

TEST_CASE("what is wrong with the request of a forward is named") {
  for (auto bad : {"", "[]", "7", "{", R"({"peer":"a","peer":"b"})"})
    CHECK(fault(bad) == "the body must be a JSON object");
  CHECK(fault("{}") == "peer: missing");
  CHECK(fault(R"({"peer":"a"})") == "port: missing");
  CHECK(fault(R"({"peer":7,"address":"::1","port":1})").starts_with("peer: "));
  for (auto bad : {"localhost", "example.org", "1.2.3", "1.2.3.4:5",
                   "fe80::1%eth0", "10.0.0.0/8", "[::1]"})
    CHECK(
        fault(std::string{R"({"peer":"a","port":1,"address":")"} + bad + "\"}")
        == "address: must be an IP address");
  CHECK(fault(R"({"peer":"a","address":"::1","port":1,"kinds":["smell"]})")
        == "kinds[0]: must be 'audio' or 'video'");
  CHECK(fault(R"({"peer":"a","address":"::1","port":1,"kinds":"audio"})")
        == "kinds: must be an array");
}
