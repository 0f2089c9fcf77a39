// What the log tells an operator about the start and the end of a server.
#include "actors/node/node_log.hpp"

#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/log_capture.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/net/io/support/client.hpp"

using namespace troupe;
using namespace troupe::test;
using net::testing::http;

namespace {

/// The lines that the log has at level info until release() or the end.
class info_log {
public:
  info_log() {
    quiet_log();
    set_log_level("info");
  }

  ~info_log() {
    set_log_level("off");
  }

  std::string release() {
    set_log_level("off");
    return output_.release();
  }

private:
  captured_output output_;
};

bool has(const std::string& text, std::string_view line) {
  return text.find(line) != std::string::npos;
}

} // namespace

TEST_CASE("a server without its page warns which file is missing") {
  for (const std::string root : {"/nonexistent/dist", ""}) {
    info_log output;
    {
      auto settings = loopback();
      settings.http.static_root = root;
      actors::node server{settings};
      CHECK_FALSE(server.start());
    }
    const auto text = output.release();
    CAPTURE(text);
    CHECK(has(text, "warning page-missing "
                    "file=/nonexistent/dist/index.html hint=\"build it "
                    "(npm ci ")
          == !root.empty());
    CHECK(has(text, " info stopped"));
  }
}

TEST_CASE("sockets for reports that the kernel refuses are one line") {
  actors::config settings;
  auto text_of = [&](bool steered) {
    info_log output;
    actors::log_report_sockets(settings.rtc, steered);
    return output.release();
  };
  CHECK(has(text_of(false), " info report-sockets-missing hint="));
  CHECK(text_of(true).empty());
  // They are not wanted.
  settings.rtc.report_wait = {};
  CHECK(text_of(false).empty());
}

TEST_CASE("a server that could not start does not say that it has stopped") {
  actors::node first{loopback()};
  REQUIRE_FALSE(first.start());
  info_log output;
  std::optional<std::string> failure;
  {
    auto settings = loopback();
    settings.http.port = first.http_port();
    actors::node second{settings};
    failure = second.start();
  }
  const auto text = output.release();
  first.stop();
  CAPTURE(text);
  CHECK(failure.has_value());
  CHECK_FALSE(has(text, "started"));
  CHECK_FALSE(has(text, "stopped"));
}

TEST_CASE("a server that drains says for whom it waits and until when") {
  info_log output;
  {
    running_node node;
    node.server.report_drain(); // it does not drain yet
    live_client ann{node.port(), "r", "ann"};
    ann.request("get-rtp-capabilities");
    node.server.drain(std::chrono::seconds{3600});
    node.server.stop();
  }
  const auto text = output.release();
  CAPTURE(text);
  const auto line = text.find("info draining members=1 rooms=1 until=20");
  REQUIRE(line != std::string::npos);
  CHECK(text.find("info draining") == line);
  CHECK(text.find("to-end-now=\"send SIGTERM\"", line) != std::string::npos);
}

TEST_CASE("members that a stopping server disconnects leave for that reason") {
  info_log output;
  {
    running_node node;
    live_client ann{node.port(), "r", "ann"};
    ann.request("get-rtp-capabilities");
    actors::log_stop("SIGTERM");
    node.server.stop();
  }
  const auto text = output.release();
  CAPTURE(text);
  CHECK(has(text, "info stopping why=SIGTERM members=1 rooms=1 then="));
  CHECK(has(text, "peer-left room=r peer=ann name=ann why=server-stops"));
  CHECK(has(text, " info stopped"));
}

TEST_CASE("the log says when media can flow, and no states of transports") {
  info_log output;
  {
    running_node node;
    live_client ann{node.port(), "r", "ann"};
    live_transport up{client_dtls()};
    live_transport down{client_dtls()};
    ann.open(up, "send", client_dtls());
    ann.open(down, "recv", client_dtls());
    REQUIRE(drive({&up, &down},
                  [&] { return up.connected() && down.connected(); }));
    // The member answers after it has handled what its transports told it.
    for (const auto* x : {&up, &down})
      ann.request("get-stats",
                  R"({"transportId":)" + test::quoted(x->id) + "}");
    node.server.stop();
  }
  const auto text = output.release();
  CAPTURE(text);
  const auto first = text.find("info media-connected room=r peer=ann by=udp");
  REQUIRE(first != std::string::npos);
  CHECK(text.find("media-connected", first + 20) == std::string::npos);
  for (const auto* state : {"ice-state", "dtls-state", "transport-left"})
    CHECK_FALSE(has(text, state));
}

TEST_CASE("a message of the operator's is in the log") {
  temporary_file admin{"an-admin-token-for-testers"};
  info_log output;
  {
    auto settings = loopback();
    settings.admin.token_file = admin.path();
    running_node node{settings};
    live_client ann{node.port(), "r", "ann"};
    ann.request("get-rtp-capabilities");
    CHECK(http(node.port(), "POST", "/api/v1/rooms/r/messages?label=news",
               "Authorization: Bearer an-admin-token-for-testers\r\n", "hello")
              .status
          == 200);
    node.server.stop();
  }
  const auto text = output.release();
  CAPTURE(text);
  CHECK(has(text, "info message-sent room=r label=news octets=5 by=admin-api"));
}

TEST_CASE("a time in the log is in UTC") {
  using clock = std::chrono::system_clock;
  CHECK(actors::utc_text(clock::from_time_t(0)) == "1970-01-01T00:00:00Z");
  CHECK(actors::utc_text(clock::from_time_t(1'795'406'400))
        == "2026-11-23T04:00:00Z");
}
