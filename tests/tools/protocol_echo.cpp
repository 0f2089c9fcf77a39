// An echo server for conformance suites. echo_service.hpp describes its
// answers, --help its settings. Runs until interrupted.
#include "tests/tools/echo_service.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>

using namespace troupe;

namespace {

struct settings {
  uint16_t port = 3000;
  uint32_t ping_interval = 300;
  uint32_t ping_timeout = 200;
  uint32_t connect_timeout = 1000;
  size_t max_payload = 256 << 10;
  size_t max_fragments = 1024;
  size_t max_post = 1000000;
};

void declare(CLI::App& app, settings& x) {
  auto add = [&](const char* name, auto& value, const char* help) {
    app.add_option(name, value, help)->capture_default_str();
  };
  add("--port", x.port, "Port on loopback; 0 takes a free one");
  add("--ping-interval", x.ping_interval, "Engine.IO ping interval, ms");
  add("--ping-timeout", x.ping_timeout, "Engine.IO ping timeout, ms");
  add("--connect-timeout", x.connect_timeout,
      "How long a Socket.IO client may stay in no namespace, ms");
  add("--max-payload", x.max_payload, "Octets of one message");
  add("--max-fragments", x.max_fragments, "Fragments of one message");
  add("--max-post", x.max_post, "Octets of one polling request's body");
}

net::http_server_config to_config(const settings& x) {
  auto result = testing::echo_server_config();
  result.port = x.port;
  result.engineio.ping_interval = std::chrono::milliseconds{x.ping_interval};
  result.engineio.ping_timeout = std::chrono::milliseconds{x.ping_timeout};
  result.engineio.max_payload = x.max_post;
  result.max_message = x.max_payload;
  result.max_fragments = x.max_fragments;
  // Make the queue large enough for the echo of several messages of maximum
  // size.
  result.max_write_queue =
      std::max(result.max_write_queue, 4 * (x.max_payload + 64));
  return result;
}

} // namespace

int main(int argc, char** argv) {
  settings chosen;
  CLI::App app{"An echo server for conformance suites", "protocol_echo"};
  declare(app, chosen);
  CLI11_PARSE(app, argc, argv);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  net::io_threads threads{1};
  testing::echo_service service{
      threads, std::chrono::milliseconds{chosen.connect_timeout}};
  net::http_server server{threads, service, to_config(chosen)};
  if (auto ok = server.start(); !ok) {
    std::fprintf(stderr, "protocol_echo: port %d: %s\n", chosen.port,
                 ok.error().message().c_str());
    return 1;
  }
  std::printf("listening on port %d\n", server.port());
  std::fflush(stdout);
  int which = 0;
  sigwait(&signals, &which);
  server.stop();
  threads.stop();
  return 0;
}
