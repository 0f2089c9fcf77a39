#include "actors/base/log.hpp"
#include "bench/loop_server/server.hpp"

#include <csignal>
#include <cstdio>

/// Takes the flags of `troupe`, and ignores those about threads, limits and
/// overload.
int main(int argc, char** argv) {
  using namespace troupe;
  auto read = actors::read_config(argc, argv);
  if (!read.settings) {
    std::fputs(read.text.c_str(), read.exit_code == 0 ? stdout : stderr);
    return read.exit_code;
  }
  // Blocked before the loop's thread starts, which inherits the mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  actors::log::open(read.settings->log);
  loop::server server{*read.settings};
  if (auto failure = server.start()) {
    std::fprintf(stderr, "troupe-loop: %s\n", failure->c_str());
    return 1;
  }
  int which = 0;
  sigwait(&signals, &which);
  server.stop();
  return 0;
}
