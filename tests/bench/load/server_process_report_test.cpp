#include "bench/load/report/server_process.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace {

using namespace troupe::load;
using namespace std::chrono_literals;

// A shell script in place of a server.
server_command shell(std::string script) {
  server_command out;
  out.binary = "/bin/sh";
  out.arguments = {"-c", std::move(script)};
  return out;
}

constexpr auto started = "echo '2026-01-31T12:00:00.000Z info started "
                         "version=0.1.0 http=3001 rtc=44445 srtp=openssl'; ";

bool exists(pid_t pid) {
  return kill(pid, 0) == 0;
}

} // namespace

TEST_CASE("the line with the ports is found in both log formats") {
  auto text = find_started("x info other rtc=1\n2026 info started version=1 "
                           "http=37953 rtc=55370 srtp=openssl\n");
  REQUIRE(text);
  CHECK(text->http == 37953);
  CHECK(text->rtc == 55370);
  CHECK(text->cluster == 0);
  auto json = find_started(R"({"time":"x","level":"info","event":"started",)"
                           R"("version":"1","http":"3000","rtc":"44444"})"
                           "\n");
  REQUIRE(json);
  CHECK(json->http == 3000);
  CHECK(json->rtc == 44444);
  auto node = find_started("2026 info started version=1 http=3 rtc=4 "
                           "srtp=openssl cluster=7001\n");
  REQUIRE(node);
  CHECK(node->cluster == 7001);
  node = find_started(R"({"event":"started","http":"3","rtc":"4",)"
                      R"("cluster":"7001"})"
                      "\n");
  REQUIRE(node);
  CHECK(node->cluster == 7001);
}

TEST_CASE("an incomplete line has no ports") {
  CHECK_FALSE(find_started(""));
  CHECK_FALSE(find_started("2026 info started version=1 http=37953 rtc=55"));
}

TEST_CASE("a flag given for Troupe replaces the default of that key") {
  auto command = troupe_command("troupe", {"--rtc.port=5", "--log.level=off"});
  CHECK(command.line()
        == "troupe --http.listen-addresses=127.0.0.1 --http.port=0 "
           "--http.static-root= --rtc.listen-addresses=127.0.0.1 "
           "--rtc.port=5 --log.level=off");
}

TEST_CASE("a command line quotes what a shell would split") {
  server_command command;
  command.binary = "run";
  command.arguments = {"plain", "two words", ""};
  CHECK(command.line() == "run plain \"two words\" \"\"");
}

TEST_CASE("a server is ready once it logs its ports, and ends on request") {
  auto server = server_process::start(shell(std::string{started}
                                            + "trap 'exit 0' TERM; "
                                              "while :; do sleep 0.01; done"));
  REQUIRE(server.has_value());
  CHECK(server->http_port() == 3001);
  CHECK(server->rtc_port() == 44445);
  CHECK(server->url() == "http://127.0.0.1:3001");
  CHECK(server->log().find("started") != std::string::npos);
  CHECK(server->running());
  CHECK(server->stop());
  CHECK_FALSE(server->running());
  CHECK_FALSE(server->stop());
}

TEST_CASE("a server that ends at once is a failure with its last output") {
  auto server = server_process::start(shell("echo no such key >&2; exit 1"));
  REQUIRE_FALSE(server.has_value());
  CHECK(server.error().text.find("no such key") != std::string::npos);
}

TEST_CASE("a missing binary is a failure") {
  server_command command;
  command.binary = "/nonexistent/server";
  auto server = server_process::start(command);
  REQUIRE_FALSE(server.has_value());
  CHECK(server.error().text.find("/nonexistent/server: No such file") == 0);
}

TEST_CASE("a server that never gets ready is a failure and is ended") {
  auto command = shell("echo $$; exec sleep 60");
  command.ready_within = 50ms;
  auto server = server_process::start(command);
  REQUIRE_FALSE(server.has_value());
  auto text = server.error().text;
  auto pid = std::stoi(text.substr(text.find('\n') + 1));
  CHECK_FALSE(exists(pid));
}

TEST_CASE("a server that does not end is killed at the end of its scope") {
  auto command = shell("trap '' TERM; " + std::string{started}
                       + "while :; do sleep 0.01; done");
  command.stop_within = 30ms;
  pid_t pid = 0;
  {
    auto server = server_process::start(command);
    REQUIRE(server.has_value());
    pid = server->pid();
    CHECK(exists(pid));
  }
  CHECK_FALSE(exists(pid));
}

TEST_CASE("a server that died is recognized as dead") {
  auto server =
      server_process::start(shell(std::string{started} + "exec sleep 1000"));
  REQUIRE(server.has_value());
  REQUIRE(::kill(server->pid(), SIGKILL) == 0);
  for (int i = 0; i < 1'000'000 && server->running(); ++i)
    ;
  CHECK_FALSE(server->stop());
}
