#include "actors/node/node.hpp"

#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/log_capture.hpp"
#include "tests/actors/support/quiet_log.hpp"
#include "tests/support/tokens.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using net::testing::http;

namespace {

const net::dtls_context& client_dtls() {
  static auto instance = std::move(*net::dtls_context::make());
  return *instance;
}

std::string claims(const std::string& user) {
  return R"({"user":")" + user + R"(","room":"r",)" + expires_in(600s) + "}";
}

/// The secrets of the run, which must not appear in a log.
struct secrets {
  void add(std::string what) {
    REQUIRE(what.size() >= 16);
    all.push_back(std::move(what));
  }

  std::vector<std::string> all;
};

const std::string admin_token = "an-admin-token-for-testers";
const std::string turn_secret = "a-secret-shared-with-coturn";

// A call over dialect A, with the handshakes of its media.
void make_call(uint16_t port, secrets& known) {
  auto token = hs256_token(claims("ann"));
  known.add(token.substr(token.rfind('.') + 1));
  live_client ann{port, "r", token};
  known.add(text_at(ann.request("get-rtp-capabilities"), "/rejoinSecret"));
  live_transport up{client_dtls()};
  auto created = ann.request("create-transport", R"({"direction":"send"})");
  known.add(text_at(created, "/data/iceParameters/password"));
  known.add(text_at(created, "/data/iceServers/0/credential"));
  ann.open(up, "send", client_dtls());
  REQUIRE(drive({&up}, [&] { return up.connected(); }));
  ann.produce(audio_track(1001));
  ann.request("get-stats", R"({"id":)" + test::quoted(up.id) + "}");
  auto restarted = ann.request("restart-ice", R"({"transportId":)"
                                                  + test::quoted(up.id) + "}");
  known.add(text_at(restarted, "/data/iceServers/0/credential"));
}

// Socket.IO clients with a valid and with an invalid token.
void connect_socketio(uint16_t port, secrets& known) {
  for (std::string user : {"bob", ""}) {
    auto token = hs256_token(claims(user));
    known.add(token.substr(token.rfind('.') + 1));
    net::testing::ws_client socket{port,
                                   "/socket.io/?EIO=4&transport=websocket"};
    REQUIRE(socket.reply().status == 101);
    CHECK(socket.text().starts_with("0{"));
    socket.send_text(R"(40{"token":")" + token + "\"}");
    auto answer = socket.text();
    if (user.empty())
      CHECK(answer.starts_with(R"(44{"message":"unauthorized")"));
    else
      CHECK(answer.starts_with(R"(40{"sid":")"));
  }
}

// Requests of all kinds that carry secrets, some of them wrong.
void connect_refused(uint16_t port, secrets& known) {
  auto stranger = make_token(JWT_ALG_HS256, std::string(40, 'k'), claims("x"));
  known.add(stranger.substr(stranger.rfind('.') + 1));
  known.add("a-secret-of-some-earlier-join");
  CHECK(http(port, "GET",
             "/socket?channelId=r&rejoinSecret=" + known.all.back()
                 + "&auth=" + stranger,
             "Connection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
            .status
        == 401);
  for (const auto& token :
       {admin_token, std::string{"not-the-token-of-the-admin"}}) {
    known.add(token);
    auto header = "Authorization: Bearer " + token + "\r\n";
    auto reply = http(port, "GET", "/api/v1/rooms?token=" + token, header);
    CHECK(reply.status == (token == admin_token ? 200 : 401));
  }
}

} // namespace

TEST_CASE("no key, password or token gets into the log") {
  quiet_log();
  temporary_file secret{hs256_secret};
  temporary_file admin{admin_token};
  temporary_file turn{turn_secret};
  secrets known;
  known.add(hs256_secret);
  known.add(turn_secret);
  std::string text;
  {
    captured_output output;
    set_log_level("trace");
    actors::config settings;
    settings.http.listen_addresses = {"127.0.0.1"};
    settings.http.port = 0;
    settings.http.static_root = "";
    settings.rtc.listen_addresses = {"127.0.0.1"};
    settings.rtc.port = 0;
    settings.auth.jwt = {"hs256"};
    settings.auth.jwt_secret_file = secret.path();
    settings.admin.token_file = admin.path();
    settings.rtc.ice_servers = {"turns:turn.example.org:443"};
    settings.rtc.ice_secret_file = turn.path();
    actors::node server{settings};
    auto failure = server.start();
    REQUIRE_MESSAGE(!failure, *failure);
    make_call(server.http_port(), known);
    connect_socketio(server.http_port(), known);
    connect_refused(server.http_port(), known);
    server.stop();
    set_log_level("off");
    text = output.release();
  }
  // The run caused all of these events, and the log has them.
  for (std::string event : {"started", "connection-opened", "peer-joined",
                            "token-refused", "admin-refused", "stopped"})
    CHECK_MESSAGE(text.find(event) != std::string::npos, event
                                                             << " is not in:\n"
                                                             << text);
  for (const auto& x : known.all)
    CHECK_MESSAGE(text.find(x) == std::string::npos, x);
}
