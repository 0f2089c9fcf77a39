#pragma once

#include "bench/load/report/failure.hpp"

#include <sched.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::load {

/// How to launch a server, and how to detect that it is ready.
struct server_command {
  std::string binary;
  std::vector<std::string> arguments;

  /// The TCP port of its signaling on loopback: ready when it accepts there. 0
  /// waits for Troupe's line "started", which contains the ports.
  uint16_t poll_port = 0;

  /// The cores that it may use; absent means all of ours.
  std::optional<cpu_set_t> cores;

  std::chrono::milliseconds ready_within{10'000};

  /// The time between SIGTERM and SIGKILL.
  std::chrono::milliseconds stop_within{5'000};

  /// Binary and arguments as typed in a shell.
  std::string line() const;
};

/// Troupe on loopback with free ports, without the page, and with `extra`
/// flags, of which a later one wins.
server_command troupe_command(std::string binary,
                              std::vector<std::string> extra = {});

/// The ports in the line "started" of Troupe's log.
struct started_ports {
  uint16_t http = 0;
  uint16_t rtc = 0;
  uint16_t cluster = 0; // 0 if it is alone
};

/// Finds that line in `log`, of either format (log.format line or json).
std::optional<started_ports> find_started(std::string_view log);

/// A server that runs as a child process, with its log. At the end of its scope
/// it gets SIGTERM, then SIGKILL if it does not end in time. It also dies with
/// the thread that started it, so that no process remains if the generator
/// crashes: start it on a thread that outlives it.
class server_process {
public:
  /// Launches the server and waits until it is ready. Fails if the binary
  /// cannot be run, ends or is not ready in time; the error contains the end of
  /// its log.
  static outcome<server_process> start(const server_command& command);

  server_process(server_process&& other) noexcept;
  server_process& operator=(server_process&& other) noexcept;
  ~server_process();

  pid_t pid() const;

  /// The port of the signaling, and that of the media (0 if it is not Troupe).
  uint16_t http_port() const;
  uint16_t rtc_port() const;

  /// Where other nodes reach it; 0 if it is alone.
  uint16_t cluster_port() const;

  /// "http://127.0.0.1:<port>"
  std::string url() const;

  /// The command line, for the report.
  std::string command_line() const;

  /// The end of its output: at most `octets`.
  std::string log(size_t octets = 20'000) const;

  /// Whether it still runs. A run whose server ended is void.
  bool running();

  /// Ends it now. Returns whether it had been running and exited with code 0 on
  /// SIGTERM.
  bool stop();

private:
  struct impl;
  explicit server_process(std::unique_ptr<impl> self);
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::load
