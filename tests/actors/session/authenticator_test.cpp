#include "actors/session/authenticator.hpp"

#include "actors/config/secret_file.hpp"
#include "actors/http/http_gateway.hpp"
#include "tests/actors/support/fake_client.hpp"
#include "tests/actors/support/temporary_file.hpp"
#include "tests/support/tokens.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

actors::config::auth_keys hs256_keys(const temporary_file& secret) {
  actors::config::auth_keys out;
  out.jwt = {"hs256"};
  out.jwt_secret_file = secret.path();
  return out;
}

std::shared_ptr<const actors::authenticator> make_auth() {
  temporary_file secret{hs256_secret + "\n"};
  auto out = actors::make_authenticator(hs256_keys(secret));
  REQUIRE_MESSAGE(!out.failure, *out.failure);
  REQUIRE(out.auth);
  return out.auth;
}

std::string claims(const std::string& user, const std::string& more = {}) {
  return R"({"user":")" + user + R"(","room":"r")" + more + "}";
}

net::http_request handshake_request(std::string target) {
  net::http_request out;
  out.method = "GET";
  out.target = target;
  out.path = target.substr(0, target.find('?'));
  out.query = target.substr(std::min(target.size(), out.path.size() + 1));
  return out;
}

unsigned refusal(const net::http_request& request,
                 const actors::authenticator* auth) {
  auto out = actors::choose_dialect(request, auth);
  return out.kind.empty() ? out.rejection.status : 0;
}

/// A client of dialect A with a valid token, or with another handshake.
struct guarded_client {
  guarded_client(actor_world& world, const std::string& token)
      : guarded_client(world,
                       handshake_request("/socket?channelId=r&auth=" + token)) {
  }

  guarded_client(actor_world& world, const net::http_request& request,
                 const std::string& login_url = {})
      : auth(make_auth())
      , connection(std::make_shared<fake_connection>())
      , inside(world) {
    auto found = actors::receive_caller(request, auth.get());
    REQUIRE(std::holds_alternative<actors::caller>(found));
    auto& in = std::get<actors::caller>(found);
    in.hello.login_url = login_url;
    session = actors::spawn_session(
        *world.system,
        {connection, in.dialect, in.hello, world.services,
         caf::actor_cast<actors::room_gate_actor>(world.server), auth, in.who});
    world.run();
  }

  ~guarded_client() {
    caf::anon_send(session, actors::connection_closed{});
    inside.run();
  }

  std::shared_ptr<const actors::authenticator> auth;
  std::shared_ptr<fake_connection> connection;
  actor_world& inside;
  actors::session_actor session;
};

} // namespace

TEST_CASE("dialect A refuses a handshake without a valid token") {
  auto auth = make_auth();
  auto good = hs256_token(claims("ann"));
  CHECK(refusal(handshake_request("/socket?channelId=r&auth=ann"), auth.get())
        == 401);
  CHECK(refusal(handshake_request("/socket?channelId=r"), auth.get()) == 401);
  CHECK(refusal(handshake_request("/socket?channelId=r&auth=" + good + "x"),
                auth.get())
        == 401);
  auto old = hs256_token(claims("ann", "," + expires_in(-60s)));
  CHECK(
      refusal(handshake_request("/socket?channelId=r&auth=" + old), auth.get())
      == 401);
  CHECK(
      refusal(handshake_request("/socket?channelId=s&auth=" + good), auth.get())
      == 403);
  CHECK(refusal(handshake_request("/socket?auth=" + good), auth.get()) == 400);
  CHECK(refusal(handshake_request("/socket?channelId=r&auth=bob&token=" + good),
                auth.get())
        == 403);
  CHECK(
      refusal(handshake_request("/socket?channelId=r&auth=" + good), auth.get())
      == 0);
  CHECK(refusal(handshake_request("/socket?channelId=r&token=" + good),
                auth.get())
        == 0);
}

TEST_CASE("the Authorization header may carry the token") {
  auto auth = make_auth();
  auto request = handshake_request("/socket?channelId=r");
  auto good = hs256_token(claims("ann"));
  request.headers = {{"authorization", "bearer " + good}};
  CHECK(refusal(request, auth.get()) == 0);
  request.headers = {{"Authorization", "Basic " + good}};
  CHECK(refusal(request, auth.get()) == 401);
}

TEST_CASE("protoo carries its token in the handshake") {
  auto auth = make_auth();
  auto good = hs256_token(claims("ann"));
  auto ask = [&](const std::string& query) {
    auto request = handshake_request("/?" + query);
    request.headers = {{"Sec-WebSocket-Protocol", "protoo"}};
    return refusal(request, auth.get());
  };
  CHECK(ask("roomId=r&peerId=ann") == 401);
  CHECK(ask("roomId=r&peerId=ann&token=" + good) == 0);
  CHECK(ask("roomId=s&peerId=ann&token=" + good) == 403);
  CHECK(ask("roomId=r&peerId=bob&token=" + good) == 403);
}

TEST_CASE("a Socket.IO client sends its token later, in CONNECT") {
  auto auth = make_auth();
  auto request = handshake_request("/socket.io/?EIO=4&transport=websocket");
  auto found = actors::receive_caller(request, auth.get());
  REQUIRE(std::holds_alternative<actors::caller>(found));
  CHECK(std::get<actors::caller>(found).hello.token_required);
  CHECK_FALSE(std::get<actors::caller>(found).who);
  found = actors::receive_caller(request, nullptr);
  CHECK_FALSE(std::get<actors::caller>(found).hello.token_required);
}

TEST_CASE("other members see the user that the token names, never the token") {
  actor_world world;
  {
    auto token = hs256_token(claims("ann", R"(,"name":"Ann A.")"));
    guarded_client ann{world, token};
    auto bob_token = hs256_token(claims("bob"));
    guarded_client bob{world, bob_token};
    REQUIRE_FALSE(ann.connection->closed);
    std::string seen;
    for (const auto& x : ann.connection->sent)
      seen += x;
    for (const auto& x : bob.connection->sent)
      seen += x;
    CHECK(seen.find(R"("peerId":"bob")") != std::string::npos);
    CHECK(seen.find("eyJ") == std::string::npos);
  }
  CHECK(world.rooms() == 0);
}

TEST_CASE("a token proves that its bearer may take over its user's session") {
  actors::config settings;
  settings.room.takeover = "proven";
  actor_world world{settings};
  auto token = hs256_token(claims("ann"));
  guarded_client ann{world, token};
  guarded_client again{world, token};
  CHECK_FALSE(again.connection->closed);
  REQUIRE(ann.connection->closed);
  CHECK(*ann.connection->closed == 4001);
}

TEST_CASE("a client without a token gets an error for every request") {
  actor_world world;
  auto hello = protocol::handshake{};
  hello.path = "/socket";
  hello.query = {{"auth", "ann"}, {"channelId", "r"}};
  auto connection = std::make_shared<fake_connection>();
  auto session = actors::spawn_session(
      *world.system,
      {connection, protocol::find_dialect(hello), hello, world.services,
       caf::actor_cast<actors::room_gate_actor>(world.server), make_auth()});
  world.run();
  REQUIRE(connection->closed);
  CHECK(*connection->closed == 1008);
  REQUIRE_FALSE(connection->sent.empty());
  CHECK(connection->sent.front().find("unauthorized") != std::string::npos);
  CHECK(world.rooms() == 0);
  caf::anon_send(session, actors::connection_closed{});
  session = nullptr;
  world.run();
}

TEST_CASE("a member is removed when its token expires, leeway included") {
  actor_world world;
  {
    auto token = hs256_token(claims("ann", "," + expires_in(60s)));
    guarded_client ann{world, token};
    CHECK(world.rooms() == 1);
    world.pass(63s);
    CHECK_FALSE(ann.connection->closed);
    world.pass(3s);
    REQUIRE(ann.connection->closed);
    CHECK(*ann.connection->closed == 1008);
    CHECK(world.rooms() == 0);
  }
  CHECK(world.live() == world.baseline);
}

TEST_CASE("an expired token ends a connection with its dialect's close code") {
  actor_world world;
  auto token = hs256_token(claims("ann", "," + expires_in(2s)));
  {
    auto request = handshake_request("/?roomId=r&peerId=ann&token=" + token);
    request.headers = {{"Sec-WebSocket-Protocol", "protoo"}};
    guarded_client ann{world, request};
    world.pass(6s);
    CHECK_FALSE(ann.connection->closed);
    world.pass(2s);
    // After any other code protoo's client reconnects forever.
    REQUIRE(ann.connection->closed);
    CHECK(*ann.connection->closed == 4000);
    CHECK(world.rooms() == 0);
  }
  token = hs256_token(claims("ann", "," + expires_in(2s)));
  guarded_client bob{
      world, handshake_request("/socket.io/?EIO=4&transport=websocket")};
  caf::anon_send(bob.session, actors::frame_received{
                                  R"(0{"token":")" + token + "\"}", false});
  world.pass(6s);
  CHECK_FALSE(bob.connection->closed);
  world.pass(2s);
  REQUIRE(bob.connection->closed);
  CHECK(*bob.connection->closed == 1008);
  // socket.io-client does not reconnect after a DISCONNECT.
  CHECK(bob.connection->sent.back() == "1");
}

TEST_CASE(
    "a token that never expires, or expires far in the future, is accepted") {
  actor_world world;
  for (std::string end : {"", R"(,"exp":1e300)", R"(,"exp":253402300799)"}) {
    guarded_client ann{world, hs256_token(claims("ann", end))};
    world.pass(2s);
    CHECK_FALSE(ann.connection->closed);
  }
}

TEST_CASE(
    "a client learns of an expired token only if its signature is right") {
  auto auth = make_auth();
  auto reason = [&](const std::string& token) {
    auto who = auth->identify(token, actors::wall_now());
    REQUIRE_FALSE(who.has_value());
    return to_string(actors::to_reason(who.error()));
  };
  auto over = claims("ann", "," + expires_in(-60s));
  CHECK(reason("") == "token-missing");
  CHECK(reason(hs256_token(over)) == "token-expired");
  CHECK(reason(hs256_token(claims("ann", R"(,"nbf":4102444800)")))
        == "token-not-yet-valid");
  // Not signed by our key, in whatever way: always the same reason.
  auto forged = make_token(JWT_ALG_HS256, std::string(40, 'k'), over);
  CHECK(reason(forged) == "token-invalid");
  CHECK(reason(make_token(JWT_ALG_NONE, "", over)) == "token-invalid");
  CHECK(reason("not.a.token") == "token-invalid");
  CHECK(reason("ann") == "token-invalid");
  CHECK(reason(hs256_token(R"({"user":"ann"})")) == "token-invalid");
}

TEST_CASE("a refused Socket.IO client is told why, and where to sign in") {
  actor_world world;
  guarded_client ann{world,
                     handshake_request("/socket.io/?EIO=4&transport=websocket"),
                     "https://login.example.org/in"};
  caf::anon_send(ann.session, actors::frame_received{"0", false});
  world.run();
  REQUIRE_FALSE(ann.connection->sent.empty());
  const auto& answer = ann.connection->sent.back();
  CHECK(answer.find(R"("reason":"token-missing")") != std::string::npos);
  CHECK(answer.find(R"("loginUrl":"https://login.example.org/in")")
        != std::string::npos);
  auto elsewhere = hs256_token(R"({"user":"ann","room":"other"})");
  caf::anon_send(ann.session, actors::frame_received{
                                  R"(0{"token":")" + elsewhere + "\"}", false});
  caf::anon_send(ann.session,
                 actors::frame_received{
                     R"(27["join-mediasoup-room",{"roomId":"r"}])", false});
  world.run();
  const auto& refused = ann.connection->sent.back();
  CHECK(refused.find(R"("reason":"token-wrong-room")") != std::string::npos);
  CHECK(refused.find(R"("loginUrl":)") != std::string::npos);
  CHECK(world.rooms() == 0);
}

TEST_CASE("unreadable keys prevent the start with one line") {
  auto failure = [](const actors::config::auth_keys& keys) {
    return actors::make_authenticator(keys).failure.value_or("");
  };
  CHECK_FALSE(actors::make_authenticator({}).auth);
  CHECK(failure({}).empty());
  actors::config::auth_keys keys;
  keys.jwt = {"hs256"};
  CHECK(failure(keys)
        == "auth.jwt: hs256 has no key: set auth.jwt-secret-file");
  keys.jwt_secret_file = "/nonexistent/secret";
  CHECK(failure(keys).starts_with(
      "auth.jwt-secret-file /nonexistent/secret: No such file"));
  temporary_file weak{"too short\n"};
  CHECK(failure(hs256_keys(weak))
            .starts_with("auth.jwt-secret-file " + weak.path()
                         + ": the secret must"));
  temporary_file blank{" \n"};
  CHECK(failure(hs256_keys(blank))
        == "auth.jwt-secret-file " + blank.path() + ": the file is empty");
  keys = {};
  keys.jwt = {"rs256"};
  CHECK(failure(keys) == "auth.jwt: rs256 has no key: set auth.jwt-key-file");
  keys.jwt_key_file = "/nonexistent/keys";
  CHECK(failure(keys).starts_with("auth.jwt-key-file /nonexistent/keys: No"));
  keys.jwt_key_file = blank.path();
  CHECK(failure(keys).starts_with("auth.jwt-key-file " + blank.path() + ": "));
  keys.jwt_key_file = auth_file("ec.pem");
  keys.jwt = {"es256", "rs256"};
  CHECK(failure(keys)
        == "auth.jwt: rs256 has no key: add one to auth.jwt-key-file "
               + auth_file("ec.pem"));
  keys.jwt = {"rs256"};
  keys.jwt_key_file = auth_file("rsa.pem");
  CHECK(failure(keys).empty());
}

TEST_CASE("a secret file may end in white space, but must not be huge") {
  temporary_file file{"  sesame \r\n\n"};
  CHECK(actors::read_secret_file(file.path()).value() == "  sesame");
  temporary_file huge{std::string((64 << 10) + 1, 'x')};
  CHECK_FALSE(actors::read_secret_file(huge.path()));
  CHECK_FALSE(actors::read_secret_file("/"));
}

TEST_CASE("the server is open to strangers without tokens beyond loopback") {
  actors::config settings;
  CHECK(actors::open_to_strangers(settings));
  settings.http.listen_addresses = {"127.0.0.1", "::1", "127.0.0.53"};
  CHECK_FALSE(actors::open_to_strangers(settings));
  settings.http.listen_addresses.push_back("192.0.2.1");
  CHECK(actors::open_to_strangers(settings));
  settings.auth.jwt = {"es256"};
  CHECK_FALSE(actors::open_to_strangers(settings));
}
