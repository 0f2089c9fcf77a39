#include "actors/base/log.hpp"
#include "actors/config/config.hpp"
#include "actors/node/doctor.hpp"
#include "actors/node/drain_command.hpp"
#include "actors/node/node.hpp"
#include "actors/node/node_log.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

/// How often a running server checks whether it has drained or failed.
constexpr timespec patience{0, 500'000'000};

/// How often a draining server says what it waits for.
constexpr auto drain_report_interval = std::chrono::minutes{1};

/// How long a failed server may take to stop.
constexpr unsigned stop_seconds = 10;

/// Blocks the operator's signals in all threads, and waits for them.
class operator_signals {
public:
  operator_signals() {
    sigemptyset(&signals_);
    for (auto x : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2})
      sigaddset(&signals_, x);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  /// The next signal, or a negative number if none arrives for a while.
  int next() {
    return sigtimedwait(&signals_, nullptr, &patience);
  }

private:
  sigset_t signals_;
};

/// Whether to ignore a signal. SIGHUP ends the server if its terminal closes;
/// elsewhere it asks for a new configuration, of which only the certificate may
/// change while a server runs, and the server watches that by itself.
bool is_void(int signal, bool on_terminal) {
  return signal == SIGUSR2 || (signal == SIGHUP && !on_terminal);
}

std::string name_of_signal(int signal) {
  const char* name = sigabbrev_np(signal);
  return name ? std::string{"SIG"} + name : std::to_string(signal);
}

/// Returns when the server must end, and why: on a signal, when it has drained,
/// or when it has failed.
std::string run(troupe::actors::node& server, operator_signals& signals) {
  const bool on_terminal = isatty(STDIN_FILENO) == 1;
  auto next_report = std::chrono::steady_clock::now() + drain_report_interval;
  while (!server.drained() && !server.failure()) {
    auto signal = signals.next();
    if (signal == SIGUSR1)
      server.drain();
    else if (signal > 0 && !is_void(signal, on_terminal))
      return name_of_signal(signal);
    if (const auto now = std::chrono::steady_clock::now(); now >= next_report) {
      next_report = now + drain_report_interval;
      server.report_drain();
    }
  }
  return server.failure() ? "failure" : "drained";
}

} // namespace

int main(int argc, char** argv) {
  using namespace troupe::actors;
  std::vector<std::string_view> words{argv, argv + argc};
  if (words.size() > 1 && words[1] == "drain") {
    auto done = drain_server(std::span{words}.subspan(2));
    std::fputs(done.text.c_str(), done.exit_code == 0 ? stdout : stderr);
    return done.exit_code;
  }
  auto read = read_config(argc, argv);
  if (!read.settings) {
    std::fputs(read.text.c_str(), read.exit_code == 0 ? stdout : stderr);
    return read.exit_code;
  }
  std::signal(SIGPIPE, SIG_IGN);
  if (read.what == command::doctor) {
    auto findings = diagnose(*read.settings, gather_facts(*read.settings));
    std::fputs(to_report(findings).c_str(), stdout);
    return exit_code_of(findings);
  }
  operator_signals signals;
  log::open(read.settings->log);
  node server{*read.settings};
  if (auto failure = server.start()) {
    std::fprintf(stderr, "troupe: %s\n", failure->c_str());
    return 1;
  }
  log_stop(run(server, signals));
  const bool failed = server.failure().has_value();
  // A broken server may be unable to stop in order: SIGALRM then ends it.
  if (failed)
    alarm(stop_seconds);
  server.stop();
  return failed ? 1 : 0;
}
