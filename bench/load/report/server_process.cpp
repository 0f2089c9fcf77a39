#include "bench/load/report/server_process.hpp"

#include "protocol/json/json_writer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>

namespace troupe::load {

namespace {

constexpr std::chrono::milliseconds look_every{5};

std::string why(std::string_view what, int error) {
  return std::string{what} + ": " + std::strerror(error);
}

// Whether a server listens on that TCP port of loopback.
bool accepts(uint16_t port) {
  auto probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0)
    return false;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto ok = ::connect(probe, reinterpret_cast<sockaddr*>(&to), sizeof(to));
  ::close(probe);
  return ok == 0;
}

// The number after `key`, and in JSON after the quotes and the colon.
uint16_t port_after(std::string_view line, std::string_view key) {
  auto at = line.find(key);
  if (at == std::string_view::npos)
    return 0;
  auto digits = line.substr(at + key.size());
  uint16_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port;
}

// Runs in the child after fork(), where only system calls are safe, and never
// returns. Reports an error as an errno through `report`.
[[noreturn]] void become(char* const* words, const cpu_set_t* cores, int log,
                         int report, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (cores)
    ::sched_setaffinity(0, sizeof *cores, cores);
  auto nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (getppid() == parent && ::dup2(nothing, 0) >= 0 && ::dup2(log, 1) >= 0
      && ::dup2(log, 2) >= 0)
    ::execv(words[0], words);
  auto error = errno;
  [[maybe_unused]] auto written = ::write(report, &error, sizeof(error));
  ::_exit(127);
}

} // namespace

std::string server_command::line() const {
  auto out = binary;
  for (auto& word : arguments) {
    auto plain =
        !word.empty()
        && word.find_first_of(" \t\n\"'\\$*?;&|<>()") == std::string::npos;
    out += " " + (plain ? word : protocol::quote_json(word));
  }
  return out;
}

server_command troupe_command(std::string binary,
                              std::vector<std::string> extra) {
  server_command out;
  out.binary = std::move(binary);
  out.arguments = {"--http.listen-addresses=127.0.0.1", "--http.port=0",
                   "--http.static-root=", "--rtc.listen-addresses=127.0.0.1",
                   "--rtc.port=0"};
  // Troupe accepts a key only once, so remove the flags that `extra` sets.
  for (auto& flag : extra) {
    auto key = flag.substr(0, flag.find('=') + 1);
    std::erase_if(out.arguments, [&](auto& x) { return x.starts_with(key); });
    out.arguments.push_back(std::move(flag));
  }
  return out;
}

std::optional<started_ports> find_started(std::string_view log) {
  while (!log.empty()) {
    auto end = log.find('\n');
    if (end == std::string_view::npos)
      return std::nullopt; // half a line may contain half a number
    auto line = log.substr(0, end);
    log.remove_prefix(end + 1);
    if (line.find("\"event\":\"started\"") != std::string_view::npos)
      return started_ports{port_after(line, "\"http\":\""),
                           port_after(line, "\"rtc\":\""),
                           port_after(line, "\"cluster\":\"")};
    if (line.find(" started ") != std::string_view::npos
        && line.find(" rtc=") != std::string_view::npos)
      return started_ports{port_after(line, " http="),
                           port_after(line, " rtc="),
                           port_after(line, " cluster=")};
  }
  return std::nullopt;
}

struct server_process::impl {
  ~impl();
  outcome<void> launch();
  outcome<void> await_ready();
  bool ready();
  bool reap(int flags);
  bool reap_within(std::chrono::milliseconds time);
  std::string log(size_t octets) const;

  server_command command;
  started_ports ports;
  pid_t pid = 0;
  int log_file = -1;
  std::optional<int> status; // of waitpid(), once the process has ended
};

server_process::impl::~impl() {
  if (pid > 0 && !status) {
    ::kill(pid, SIGTERM);
    if (!reap_within(command.stop_within)) {
      ::kill(pid, SIGKILL);
      reap(0);
    }
  }
  if (log_file >= 0)
    ::close(log_file);
}

outcome<void> server_process::impl::launch() {
  std::vector<char*> words{command.binary.data()};
  for (auto& word : command.arguments)
    words.push_back(word.data());
  words.push_back(nullptr);
  log_file = ::memfd_create("server-log", MFD_CLOEXEC);
  int report[2];
  if (log_file < 0 || ::pipe2(report, O_CLOEXEC) != 0)
    return failure{why("cannot create a log file", errno)};
  auto parent = ::getpid();
  pid = ::fork();
  if (pid == 0)
    become(words.data(), command.cores ? &*command.cores : nullptr, log_file,
           report[1], parent);
  ::close(report[1]);
  int error = pid < 0 ? errno : 0;
  if (pid > 0 && ::read(report[0], &error, sizeof(error)) == sizeof(error))
    reap(0); // otherwise exec has succeeded and closed the pipe
  ::close(report[0]);
  if (error != 0)
    return failure{why(command.binary, error)};
  return {};
}

bool server_process::impl::ready() {
  if (command.poll_port != 0) {
    ports.http = command.poll_port;
    return accepts(command.poll_port);
  }
  auto found = find_started(log(100'000));
  if (found)
    ports = *found;
  return found.has_value();
}

outcome<void> server_process::impl::await_ready() {
  auto until = std::chrono::steady_clock::now() + command.ready_within;
  while (!ready()) {
    if (reap(WNOHANG))
      return failure{command.binary + " exited at once:\n" + log(4'000)};
    if (std::chrono::steady_clock::now() > until)
      return failure{command.binary + " was not ready after "
                     + std::to_string(command.ready_within.count()) + " ms:\n"
                     + log(4'000)};
    std::this_thread::sleep_for(look_every);
  }
  return {};
}

// Whether the process has ended; stores its status.
bool server_process::impl::reap(int flags) {
  int now = 0;
  if (!status && ::waitpid(pid, &now, flags) == pid)
    status = now;
  return status.has_value();
}

bool server_process::impl::reap_within(std::chrono::milliseconds time) {
  auto until = std::chrono::steady_clock::now() + time;
  while (!reap(WNOHANG)) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(look_every);
  }
  return true;
}

std::string server_process::impl::log(size_t octets) const {
  struct stat about {};
  if (::fstat(log_file, &about) != 0)
    return {};
  auto size = static_cast<size_t>(about.st_size);
  std::string text(std::min(size, octets), '\0');
  auto from = static_cast<off_t>(size - text.size());
  auto got = ::pread(log_file, text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return text;
}

outcome<server_process> server_process::start(const server_command& command) {
  if (command.poll_port != 0 && accepts(command.poll_port))
    return failure{"port " + std::to_string(command.poll_port) + " is in use"};
  auto self = std::make_unique<impl>();
  self->command = command;
  if (auto ok = self->launch(); !ok)
    return ok.error();
  if (auto ok = self->await_ready(); !ok)
    return ok.error();
  return server_process{std::move(self)};
}

server_process::server_process(std::unique_ptr<impl> self)
    : impl_(std::move(self)) {}

server_process::server_process(server_process&& other) noexcept = default;

server_process&
server_process::operator=(server_process&& other) noexcept = default;

server_process::~server_process() = default;

pid_t server_process::pid() const {
  return impl_->pid;
}

uint16_t server_process::http_port() const {
  return impl_->ports.http;
}

uint16_t server_process::rtc_port() const {
  return impl_->ports.rtc;
}

uint16_t server_process::cluster_port() const {
  return impl_->ports.cluster;
}

std::string server_process::url() const {
  return "http://127.0.0.1:" + std::to_string(http_port());
}

std::string server_process::command_line() const {
  return impl_->command.line();
}

std::string server_process::log(size_t octets) const {
  return impl_->log(octets);
}

bool server_process::running() {
  return !impl_->reap(WNOHANG);
}

bool server_process::stop() {
  if (!running())
    return false;
  ::kill(impl_->pid, SIGTERM);
  if (!impl_->reap_within(impl_->command.stop_within)) {
    ::kill(impl_->pid, SIGKILL);
    impl_->reap(0);
  }
  auto status = *impl_->status;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace troupe::load
