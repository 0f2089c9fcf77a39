// WHIP on a whole node: tokens, pages of other origins, and real media.
#include "tests/actors/support/temporary_file.hpp"
#include "tests/actors/support/whip_scene.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// Bob watches while somebody publishes.
struct call : whip_scene {
  explicit call(actors::config settings = loopback())
      : whip_scene(std::move(settings)) {
    bob.request("get-producers");
    path = publish("/whip/r/cam", up);
    CHECK(text_at(bob.push("participant-joined"), "/data/peerId") == "cam");
    REQUIRE(drive({&up}, [&] { return up.connected(); }));
  }

  live_client bob{node.port(), "r", "bob"};
  live_transport up{client_dtls()};
  std::string path;
};

} // namespace

TEST_CASE("media that is published by WHIP reaches members of other dialects") {
  call at;
  live_transport down{client_dtls()};
  at.bob.open(down, "recv", client_dtls());
  at.bob.consume();
  uint16_t number = 65'500; // crosses 65535 to 0
  CHECK(drive({&at.up, &down}, [&] {
    at.up.send_rtp(audio(1111, number++));
    return down.rtp.size() > 50;
  }));
  CHECK(at.ask("DELETE", at.path).status == 200);
  CHECK(text_at(at.bob.push("participant-left"), "/data/peerId") == "cam");
  CHECK(at.ask("DELETE", at.path).status == 404);
}

TEST_CASE("a publisher that closes its transport has left") {
  auto settings = loopback();
  // Else DTLS is released, and its end is noticed by the silence that follows.
  settings.rtc.sctp = "always";
  call at{settings};
  at.up.engine.close();
  at.up.pump();
  CHECK(text_at(at.bob.push("participant-left"), "/data/peerId") == "cam");
  CHECK(eventually([&] { return at.ask("GET", at.path).status == 404; }));
}

TEST_CASE("a publisher has left once its consent has ended") {
  auto settings = loopback();
  settings.rtc.consent_timeout = std::chrono::seconds{1};
  call at{settings};
  CHECK(at.ask("GET", at.path).status == 204);
  CHECK(text_at(at.bob.push("participant-left"), "/data/peerId") == "cam");
  CHECK(at.ask("GET", at.path).status == 404);
}

TEST_CASE("with tokens, only who may publish can, and under its own name") {
  temporary_file secret{hs256_secret};
  auto settings = loopback();
  settings.auth.jwt = {"hs256"};
  settings.auth.jwt_secret_file = secret.path();
  whip_scene at{settings};
  const auto mine = bearer(R"({"user":"cam","room":"r"})");
  const auto none = at.post("/whip/r");
  CHECK(none.status == 401);
  CHECK(none.header("WWW-Authenticate") == "Bearer");
  CHECK(none.header("Content-Type") == "application/problem+json");
  CHECK(at.post("/whip/r", "Authorization: Bearer x\r\n").status == 401);
  CHECK(at.post("/whip/s", mine).status == 403);
  CHECK(at.post("/whip/r/dog", mine).status == 403);
  CHECK(at.post("/whip/r", bearer(R"({"user":"cam","room":"r",)"
                                  R"("rights":["subscribe"]})"))
            .status
        == 403);
  for (const auto* path : {"/whip/r", "/whip/r/cam"}) {
    const auto out = at.post(path, bearer(R"({"user":"cam","room":"r",)"
                                          R"("rights":["publish"]})"));
    CHECK(out.status == 201);
    // The secret in the path is enough from now on.
    const auto session = out.header("Location");
    CHECK(session.starts_with("/whip/r/cam/"));
    CHECK(at.ask("GET", session).status == 204);
    CHECK(at.ask("DELETE", session).status == 200);
  }
  CHECK(at.ask("OPTIONS", "/whip/r").status == 200);
  CHECK(at.ask("GET", "/whip/r").status == 204);
  // Clients that cannot send headers may send the token in the address, which
  // the session's address does not repeat.
  const auto by_query =
      at.post("/whip/r?token=" + hs256_token(R"({"user":"cam","room":"r"})"));
  CHECK(by_query.status == 201);
  CHECK(by_query.header("Location").find('?') == std::string::npos);
}

TEST_CASE("a publisher stays when its token expires") {
  temporary_file secret{hs256_secret};
  auto settings = loopback();
  settings.auth.jwt = {"hs256"};
  settings.auth.jwt_secret_file = secret.path();
  settings.auth.jwt_leeway = std::chrono::seconds{0};
  whip_scene at{settings};
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto token = bearer(R"({"user":"cam","room":"r","exp":)"
                            + std::to_string(now + 2) + "}");
  const auto out = at.post("/whip/r", token);
  REQUIRE(out.status == 201);
  REQUIRE(eventually([&] {
    return std::chrono::system_clock::now().time_since_epoch()
           > std::chrono::seconds{now + 2};
  }));
  CHECK(at.post("/whip/r", token).status == 401);
  const auto session = out.header("Location");
  CHECK(at.ask("GET", session).status == 204);
  CHECK(at.ask("DELETE", session).status == 200);
}

TEST_CASE("a page of an allowed origin may publish, and read the headers") {
  auto settings = loopback();
  settings.http.allowed_origins = {"https://meet.example.org"};
  whip_scene at{settings};
  const std::string good = "Origin: https://meet.example.org\r\n";
  const std::string bad = "Origin: https://evil.example.org\r\n";
  const auto preflight = at.ask(
      "OPTIONS", "/whip/r", good + "Access-Control-Request-Method: POST\r\n");
  CHECK(preflight.status == 200);
  CHECK(preflight.header("Access-Control-Allow-Origin")
        == "https://meet.example.org");
  CHECK(preflight.header("Accept-Post") == "application/sdp");
  const auto out = at.post("/whip/r/cam", good);
  CHECK(out.status == 201);
  CHECK(out.header("Access-Control-Allow-Origin")
        == "https://meet.example.org");
  CHECK(out.header("Access-Control-Expose-Headers")
        == "Location, ETag, Link, Retry-After");
  const auto session = out.header("Location");
  for (const auto* method : {"PATCH", "DELETE"}) {
    const auto asked =
        at.ask("OPTIONS", session,
               good + "Access-Control-Request-Method: " + method + "\r\n");
    CHECK(asked.header("Access-Control-Allow-Methods").find(method)
          != std::string::npos);
  }
  CHECK(at.ask("OPTIONS", "/whip/r", bad).status == 403);
  const auto refused = at.post("/whip/r/cam", bad);
  CHECK(refused.status == 403);
  CHECK(refused.header("Content-Type") == "application/problem+json");
  CHECK(refused.header("Access-Control-Allow-Origin").empty());
  CHECK(at.ask("GET", session).status == 204);
}
