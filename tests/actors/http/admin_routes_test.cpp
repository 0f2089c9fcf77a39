#include "actors/http/admin_routes.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::actors;

namespace {

using read_result = std::variant<admin_call, net::http_response>;

read_result read(std::string method, std::string target,
                 std::string body = {}) {
  net::http_request in;
  in.method = std::move(method);
  in.target = target;
  in.path = target.substr(0, target.find('?'));
  in.query = target.substr(std::min(target.size(), in.path.size() + 1));
  in.body = std::move(body);
  return read_admin_call(in);
}

admin_call call(std::string method, std::string target) {
  auto out = read(std::move(method), std::move(target));
  REQUIRE(std::holds_alternative<admin_call>(out));
  return std::get<admin_call>(out);
}

unsigned status(const read_result& x) {
  return std::holds_alternative<admin_call>(x)
             ? 200
             : std::get<net::http_response>(x).status;
}

} // namespace

TEST_CASE("a path names room and peer, percent-encoded") {
  auto x = call("GET", "/api/v1/rooms/a%2Fb%20c/peers/%C3%A4");
  CHECK(x.action == admin_action::get_peer);
  CHECK(x.room.str() == "a/b c");
  CHECK(x.peer.str() == "\xC3\xA4");
  CHECK(call("GET", "/api/v1/rooms/a+b").room.str() == "a+b");
  x = call("GET", "/api/v1/rooms/r/peers/p/consumers/c%20d/explain");
  CHECK(x.action == admin_action::explain_consumer);
  CHECK(x.consumer.str() == "c d");
}

TEST_CASE("each route is found by its method, and HEAD counts as GET") {
  CHECK(call("GET", "/api/v1/rooms/r").action == admin_action::get_room);
  CHECK(call("HEAD", "/api/v1/rooms/r").action == admin_action::get_room);
  CHECK(call("DELETE", "/api/v1/rooms/r").action == admin_action::close_room);
  CHECK(call("POST", "/api/v1/rooms/r/lock").locked);
  CHECK_FALSE(call("DELETE", "/api/v1/rooms/r/lock").locked);
  CHECK(call("GET", "/api/v1/stats").action == admin_action::get_server_stats);
  CHECK(call("GET", "/api/v1/cluster").action == admin_action::get_cluster);
}

TEST_CASE("a page of rooms has a start and a size") {
  auto x = call("GET", "/api/v1/rooms");
  CHECK(x.limit == 100);
  CHECK(x.after.empty());
  x = call("GET", "/api/v1/rooms?after=a%26b&limit=1000");
  CHECK(x.limit == 1000);
  CHECK(x.after == "a&b");
  for (auto limit :
       {"", "0", "1001", "-1", "1e3", "10x", "0x10", "99999999999999999999"})
    CHECK(status(read("GET", std::string{"/api/v1/rooms?limit="} + limit))
          == 400);
}

TEST_CASE("a mute applies to one kind or to both") {
  using protocol::media_kind;
  const std::string target = "/api/v1/rooms/r/peers/p/mute";
  CHECK_FALSE(call("POST", target).kind);
  CHECK(call("POST", target + "?kind=audio").kind == media_kind::audio);
  CHECK(call("POST", target + "?kind=video").kind == media_kind::video);
  CHECK(status(read("POST", target + "?kind=smell")) == 400);
  CHECK(status(read("POST", target + "?kind=%zz")) == 400);
  CHECK(status(read("POST", target + "?%ff=audio")) == 400);
}

TEST_CASE("an unknown route is 404, another method 405 with the allowed ones") {
  for (std::string path :
       {"", "/", "/room", "/rooms/", "/rooms//peers", "/rooms/r/", "/rooms/%",
        "/rooms/%zz", "/rooms/r/peers/", "/rooms/r/peers/p/q", "/stats/x",
        "//rooms"}) {
    CAPTURE(path);
    CHECK(status(read("GET", "/api/v1" + path)) == 404);
  }
  auto refused = read("PUT", "/api/v1/rooms/r");
  REQUIRE(status(refused) == 405);
  const auto& headers = std::get<net::http_response>(refused).headers;
  CHECK(
      std::ranges::find(
          headers, std::pair<std::string, std::string>{"Allow", "GET, DELETE"})
      != headers.end());
}

TEST_CASE("a body larger than any request needs is refused") {
  CHECK(status(read("POST", "/api/v1/rooms/r/lock", std::string(1024, 'x')))
        == 200);
  CHECK(status(read("POST", "/api/v1/rooms/r/lock", std::string(1025, 'x')))
        == 413);
}

TEST_CASE("an error message stays valid JSON whatever it quotes") {
  CHECK(admin_error(400, "x", "a \"quote\"\n").body
        == R"({"error":{"code":"x","message":"a \"quote\"\n"}})");
}

TEST_CASE("a refusal becomes the error that the API documents") {
  using protocol::error_code;
  struct row {
    error_code code;
    unsigned status;
    std::string body;
  };
  const std::vector<row> rows{
      {error_code::room_not_found, 404,
       R"({"error":{"code":"room-not-found","message":"why"}})"},
      {error_code::unsupported, 409,
       R"({"error":{"code":"unsupported","message":"why"}})"},
      {error_code::consumer_not_found, 404,
       R"({"error":{"code":"consumer-not-found","message":"why"}})"},
      {error_code::peer_not_found, 404,
       R"({"error":{"code":"peer-not-found","message":"why"}})"},
      {error_code::internal, 503,
       R"({"error":{"code":"internal","message":"why"}})"},
      {error_code::overloaded, 503,
       R"({"error":{"code":"overloaded","message":"why"}})"},
  };
  for (const auto& x : rows) {
    const auto response = admin_error({x.code, "why"});
    CHECK(response.status == x.status);
    CHECK(response.body == x.body);
  }
}

TEST_CASE("a message from the server has a label, a kind and subchannels") {
  const std::string target = "/api/v1/rooms/r/messages";
  auto x = call("POST", target);
  CHECK(x.action == admin_action::send_to_room);
  CHECK(x.message.label == "server");
  CHECK_FALSE(x.message.binary);
  CHECK(x.message.content.empty());
  CHECK(x.message.subchannels.empty());
  CHECK_FALSE(x.message.required_subchannel);
  x = call("POST", target
                       + "?label=a%26b&kind=binary&subchannels=0,65535"
                         "&requiredSubchannel=7");
  CHECK(x.message.label == "a&b");
  CHECK(x.message.binary);
  CHECK(x.message.subchannels == std::vector<uint16_t>{0, 65535});
  CHECK(x.message.required_subchannel == 7);
  for (auto query : {"label=", "kind=smell", "subchannels=", "subchannels=1,",
                     "subchannels=65536", "subchannels=-1", "subchannels=1x",
                     "requiredSubchannel=1,2", "requiredSubchannel="})
    CHECK_MESSAGE(status(read("POST", target + "?" + query)) == 400, query);
  CHECK(status(read("POST", target + "?label=" + std::string(1025, 'l')))
        == 400);
  CHECK(status(read("POST", target, "\xff")) == 400);
  CHECK(status(read("POST", target + "?kind=binary", "\xff")) == 200);
  CHECK(status(read("POST", target, std::string(262'144, 'x'))) == 200);
  CHECK(status(read("POST", target, std::string(262'145, 'x'))) == 413);
}
