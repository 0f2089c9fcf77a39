// What a node reports, to operator and client, about refused origins.
#include "actors/node/node.hpp"

#include "tests/actors/support/log_capture.hpp"
#include "tests/actors/support/quiet_log.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/net/io/support/client.hpp"

using namespace troupe;
using namespace troupe::test;
using net::testing::http;
using net::testing::ws_client;

namespace {

constexpr const char* page = "Origin: https://app.example\r\n";
constexpr const char* advice =
    "Origin https://app.example not allowed: set http.allowed-origins = "
    "https://app.example on the server";

size_t count(const std::string& text, std::string_view what) {
  size_t out = 0;
  for (auto at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1))
    ++out;
  return out;
}

} // namespace

TEST_CASE(
    "the error for a page of another origin names the setting that admits it") {
  quiet_log();
  const std::string poll = "/socket.io/?EIO=4&transport=polling";
  const std::string socket = "/socket?auth=ann&channelId=r";
  std::string text;
  {
    captured_output output;
    set_log_level("info");
    actors::node server{loopback()};
    REQUIRE_FALSE(server.start());
    auto port = server.http_port();
    for (const auto& reply :
         {ws_client{port, socket, page}.reply(),
          ws_client{port, "/?roomId=r&peerId=p",
                    std::string{"Sec-WebSocket-Protocol: protoo\r\n"} + page}
              .reply(),
          http(port, "GET", poll, page), http(port, "GET", "/api/v1", page),
          http(port, "POST", "/rooms/r/broadcasters", page, "{}")}) {
      CHECK(reply.status == 403);
      CHECK_MESSAGE(reply.body.find(advice) != std::string::npos, reply.body);
    }
    for (int i = 0; i < 100; ++i)
      CHECK(http(port, "GET", poll, page).status == 403);
    server.stop();
    set_log_level("off");
    text = output.release();
  }
  CHECK_MESSAGE(
      text.find("origin-refused origin=https://app.example "
                R"(to-allow="http.allowed-origins = https://app.example")")
          != std::string::npos,
      text);
  // A page that tries repeatedly does not fill the log.
  CHECK(count(text, "origin-refused") < 40);

  auto settings = loopback();
  settings.http.allowed_origins = {"https://app.example"};
  actors::node server{settings};
  REQUIRE_FALSE(server.start());
  CHECK(ws_client{server.http_port(), socket, page}.reply().status == 101);
  auto reply = http(server.http_port(), "GET", poll, page);
  CHECK(reply.status == 200);
  CHECK(reply.header("Access-Control-Allow-Origin") == "https://app.example");
  server.stop();
}

TEST_CASE("repeated wrong tokens do not fill the log") {
  quiet_log();
  temporary_file admin{"an-admin-token-for-testers"};
  auto settings = loopback();
  settings.admin.token_file = admin.path();
  std::string text;
  {
    captured_output output;
    set_log_level("info");
    actors::node server{settings};
    REQUIRE_FALSE(server.start());
    for (int i = 0; i < 100; ++i)
      CHECK(http(server.http_port(), "GET", "/api/v1/rooms",
                 "Authorization: Bearer wrong\r\n")
                .status
            == 401);
    server.stop();
    set_log_level("off");
    text = output.release();
  }
  CHECK(count(text, "admin-refused") >= 1);
  CHECK(count(text, "admin-refused") < 40);
}
