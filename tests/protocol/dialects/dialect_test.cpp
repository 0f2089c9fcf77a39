#include "protocol/dialects/common/dialect.hpp"

#include "net/base/rng.hpp"
#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::protocol;
namespace net = troupe::net;

namespace {

handshake ws_handshake() {
  handshake out;
  out.path = "/socket";
  out.query = {{"auth", "alice"}, {"channelId", "daily"}};
  return out;
}

handshake socketio_handshake() {
  handshake out;
  out.carrier = carrier::socketio;
  out.path = "/socket.io/";
  return out;
}

struct fixture {
  explicit fixture(const handshake& hello)
      : connection(find_dialect(hello)->make(hello, *random, {})) {}

  void send(const std::string& text) {
    connection->handle_frame({text, false}, {});
  }

  // Counts the requests until the connection is closed for sending too many.
  size_t flood(const std::string& text) {
    for (size_t i = 0; i < 1000; ++i) {
      send(text);
      while (connection->poll_request())
        ++requests;
      while (connection->poll_frame()) {
      }
      if (auto close = connection->poll_close()) {
        CHECK_EQ(close->code, 1008);
        return requests;
      }
    }
    return 0;
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  std::unique_ptr<dialect> connection;
  size_t requests = 0;
};

} // namespace

TEST_CASE("a dialect is found by its handshake alone") {
  REQUIRE(find_dialect(ws_handshake()));
  CHECK_EQ(find_dialect(ws_handshake())->name, "ws");
  REQUIRE(find_dialect(socketio_handshake()));
  CHECK_EQ(find_dialect(socketio_handshake())->name, "socketio");
  handshake other;
  other.path = "/elsewhere";
  CHECK_FALSE(find_dialect(other));
}

TEST_CASE(
    "clients wait in a lobby for no longer than they wait for an answer") {
  for (const auto& x : dialects()) {
    CAPTURE(x.name);
    if (x.carrier == carrier::http)
      CHECK(x.patience.count() == 0);
    else if (x.name == "protoo")
      CHECK(x.patience < std::chrono::seconds{10});
    else
      CHECK(x.patience >= std::chrono::hours{24});
  }
}

TEST_CASE("a client that sends requests without awaiting replies is closed") {
  SUBCASE("over WebSocket") {
    fixture f(ws_handshake());
    CHECK_EQ(f.flood(R"({"type":"get-producers"})"), 256);
  }
  SUBCASE("over Socket.IO") {
    fixture f(socketio_handshake());
    f.send("0");
    CHECK_EQ(f.flood(R"(2["get-rtp-capabilities",{"roomId":"r"}])"), 256);
  }
}

TEST_CASE("a WebSocket message beyond 256 KB closes with 1009") {
  fixture f(ws_handshake());
  f.send("{\"type\":\"" + std::string(300'000, 'x') + "\"}");
  const auto close = f.connection->poll_close();
  REQUIRE(close);
  CHECK_EQ(close->code, 1009);
}

TEST_CASE("an overlong user, channel or secret is refused") {
  for (const auto* name : {"auth", "channelId", "rejoinSecret"}) {
    CAPTURE(name);
    auto hello = ws_handshake();
    hello.query[name] = std::string(257, 'x');
    const auto refusal = find_dialect(hello)->refuses(hello);
    REQUIRE(refusal);
    CHECK_EQ(refusal->http_status, 400);
  }
}

TEST_CASE("a Socket.IO client that the server disconnects does not reconnect") {
  fixture f(socketio_handshake());
  f.send("0");
  CHECK(f.connection->poll_frame());
  CHECK_EQ(f.connection->handle_end(end_reason::replaced).code, 4001);
  const auto last = f.connection->poll_frame();
  REQUIRE(last);
  CHECK_EQ(last->text(), "1");
  f.connection->handle_event(event::peer_left{peer_id{"bob"}});
  CHECK_FALSE(f.connection->poll_frame());
  // A client that is in no namespace cannot be disconnected from it.
  fixture stranger(socketio_handshake());
  CHECK_EQ(stranger.connection->handle_end(end_reason::kicked).code, 4003);
  CHECK_FALSE(stranger.connection->poll_frame());
}

TEST_CASE("an outcome for an unknown request token is ignored") {
  for (const auto& hello : {ws_handshake(), socketio_handshake()}) {
    fixture f(hello);
    for (request_token token : {0, 2, 1'000'000})
      for (int twice = 0; twice < 2; ++twice)
        f.connection->handle_outcome(token, make_error(error_code::internal));
    CHECK_FALSE(f.connection->poll_frame());
  }
}

TEST_CASE(
    "over Socket.IO a client is admitted only after its token was checked") {
  auto hello = socketio_handshake();
  hello.token_required = true;
  hello.query["token"] = "of-the-query";
  for (bool valid : {true, false}) {
    for (bool in_auth : {true, false}) {
      fixture f{hello};
      f.send(in_auth ? R"(0{"token":"of-the-auth"})" : "0");
      CHECK_FALSE(f.connection->poll_frame());
      auto asked = f.connection->poll_request();
      REQUIRE(asked);
      REQUIRE(std::holds_alternative<verb::authenticate>(asked->request));
      CHECK(std::get<verb::authenticate>(asked->request).token
            == (in_auth ? "of-the-auth" : "of-the-query"));
      outcome done = success{reply::ok{}};
      if (!valid)
        done = make_error(error_reason::token_expired);
      f.connection->handle_outcome(asked->token, done);
      auto answer = f.connection->poll_frame();
      REQUIRE(answer);
      if (valid)
        CHECK(answer->payload.starts_with(R"(0{"sid":")"));
      else
        CHECK(answer->payload
              == R"(4{"message":"unauthorized","data":{"code":"unauthorized",)"
                 R"("message":"The token has expired",)"
                 R"("reason":"token-expired"}})");
    }
  }
}

TEST_CASE("a refused token comes with the address of the sign-in") {
  auto hello = socketio_handshake();
  hello.token_required = true;
  hello.login_url = "https://login.example.org/in";
  fixture f{hello};
  f.send("0");
  auto asked = f.connection->poll_request();
  REQUIRE(asked);
  f.connection->handle_outcome(asked->token,
                               make_error(error_reason::token_missing));
  auto answer = f.connection->poll_frame();
  REQUIRE(answer);
  CHECK(answer->payload
        == R"(4{"message":"unauthorized","data":{"code":"unauthorized",)"
           R"("message":"A token is required","reason":"token-missing",)"
           R"("loginUrl":"https://login.example.org/in"}})");
}

TEST_CASE("a refused join says for which reason, and where to sign in") {
  struct refused_join {
    error_reason reason;
    std::string rest;
  };
  auto hello = socketio_handshake();
  hello.login_url = "https://login.example.org/in";
  for (const auto& [reason, rest] :
       {refused_join{error_reason::token_wrong_room,
                     R"("error":"The token does not allow this room",)"
                     R"("code":"forbidden","reason":"token-wrong-room",)"
                     R"("loginUrl":"https://login.example.org/in")"},
        refused_join{error_reason::room_locked,
                     R"("error":"The room is locked","code":"forbidden",)"
                     R"("reason":"room-locked")"},
        refused_join{error_reason::room_full,
                     R"("error":"The room is full","code":"limit-reached",)"
                     R"("reason":"room-full")"}}) {
    CAPTURE_BOUND(rest);
    for (std::string event : {"join-mediasoup-room", "joinRoom"}) {
      fixture f{hello};
      f.send("0");
      while (f.connection->poll_frame()) {
      }
      f.send("27[\"" + event + R"(",{"roomId":"r","userId":"ann"}])");
      while (auto asked = f.connection->poll_request())
        f.connection->handle_outcome(asked->token, make_error(reason));
      auto answer = f.connection->poll_frame();
      REQUIRE(answer);
      CHECK_EQ(answer->text(), "37[{" + rest + "}]");
    }
  }
}

TEST_CASE("over WebSocket a refused join says for which reason as well") {
  fixture f(ws_handshake());
  auto asked = f.connection->poll_request();
  REQUIRE(asked);
  f.connection->handle_outcome(asked->token,
                               make_error(error_reason::room_full));
  auto answer = f.connection->poll_frame();
  REQUIRE(answer);
  CHECK(answer->text().find(R"("code":"limit-reached","reason":"room-full")")
        != std::string::npos);
}
