#include "actors/config.hpp"
#include "actors/log.hpp"
#include "actors/node.hpp"

#include <csignal>
#include <cstdio>

namespace {

/// Blocks the signals that end the server in all threads, and waits for one.
class termination {
public:
  termination() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  void wait() {
    int which = 0;
    sigwait(&signals_, &which);
  }

private:
  sigset_t signals_;
};

} // namespace

int main(int argc, char** argv) {
  using namespace troupe::actors;
  auto read = read_config(argc, argv);
  if (!read.settings) {
    std::fputs(read.text.c_str(), read.exit_code == 0 ? stdout : stderr);
    return read.exit_code;
  }
  termination end;
  std::signal(SIGPIPE, SIG_IGN);
  log::open(read.settings->log);
  node server{*read.settings};
  if (auto failure = server.start()) {
    std::fprintf(stderr, "troupe: %s\n", failure->c_str());
    return 1;
  }
  end.wait();
  server.stop();
  return 0;
}
