#include "actors/node/drain_command.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

using troupe::actors::drain_server;

namespace {

/// A process of this program that ends on SIGUSR1, as an empty server does.
class stand_in {
public:
  stand_in() {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR1);
    // Blocked before the fork: the signal may come at once.
    pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
    pid_ = ::fork();
    if (pid_ == 0)
      await_signal();
    pthread_sigmask(SIG_UNBLOCK, &wanted, nullptr);
    REQUIRE(pid_ > 0);
  }

  ~stand_in() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  std::string pid() const {
    return std::to_string(pid_);
  }

  /// Waits for the process and returns its exit code.
  int result() {
    int status = 0;
    REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

private:
  // Keeps the signal blocked, as most threads of a server do.
  [[noreturn]] static void await_signal() {
    sigset_t pending;
    sigemptyset(&pending);
    while (sigismember(&pending, SIGUSR1) != 1) {
      ::poll(nullptr, 0, 1);
      sigpending(&pending);
    }
    ::_exit(7);
  }

  pid_t pid_ = -1;
};

troupe::actors::command_outcome
drain(const std::vector<std::string_view>& arguments) {
  return drain_server(arguments);
}

} // namespace

TEST_CASE("the only running server is told to drain") {
  stand_in server;
  auto done = drain({});
  CHECK_MESSAGE(done.exit_code == 0, done.text);
  CHECK(done.text == "server " + server.pid() + " drains\n");
  CHECK(server.result() == 7);
  CHECK(drain({}).exit_code == 1);
}

TEST_CASE("with several servers one must be named, and may be waited for") {
  stand_in one;
  stand_in other;
  auto unclear = drain({});
  CHECK(unclear.exit_code == 1);
  CHECK(unclear.text.find(one.pid()) != std::string::npos);
  CHECK(unclear.text.find(other.pid()) != std::string::npos);
  auto pid = other.pid();
  auto done = drain({"--wait", pid});
  CHECK(done.text == "server " + pid + " has ended\n");
  CHECK(other.result() == 7);
}

TEST_CASE("a process that runs another program is not signalled") {
  auto parent = std::to_string(::getppid());
  auto refused = drain({parent});
  CHECK(refused.exit_code == 1);
  CHECK(refused.text.find("No such process") != std::string::npos);
  CHECK(drain({"0"}).exit_code == 2);
  CHECK(drain({"-5"}).exit_code == 2);
  CHECK(drain({"now"}).exit_code == 2);
  CHECK(drain({"1", "2"}).exit_code == 2);
  CHECK(drain({"--help"}).exit_code == 0);
}
