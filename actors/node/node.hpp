#pragma once

#include "actors/config/config.hpp"
#include "net/base/result.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::actors {

/// A whole server: sockets, actors, HTTP. `main` runs one; tests and benchmarks
/// run it in their own process.
class node {
public:
  explicit node(config settings);

  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Stops the node, unless stop() was called.
  ~node();

  /// Binds and starts everything. Returns a failure in one line.
  std::optional<std::string> start();

  /// Notifies the clients, closes everything, and returns once all actors are
  /// gone. Idempotent.
  void stop();

  /// Starts to drain: no new rooms from now on, while open ones continue. The
  /// owner of this node stops it once `drained`. Another call can only shorten
  /// the time. Thread-safe.
  void drain(std::chrono::seconds limit);

  /// The same with the configured limit.
  void drain();

  /// Logs for how many members a draining node waits, and until when. Without
  /// effect while it does not drain.
  void report_drain() const;

  /// Whether a draining node is empty, or its time is up.
  bool drained() const;

  /// The vital part that failed, and why; nothing while all is well. The owner
  /// of this node must then stop it, and exit with a status other than 0.
  /// Thread-safe.
  std::optional<std::string> failure() const;

  /// Ends a part as a fault in it would ("server", "sctp", "sockets", "load",
  /// "http-clients" or "io-thread"): for tests.
  void break_part(std::string_view name);

  uint16_t http_port() const;

  uint16_t rtc_port() const;

  /// The port for other nodes of the cluster; 0 if there is none.
  uint16_t cluster_port() const;

  /// The number of live actors, for tests that none is left behind.
  size_t live_actors() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::actors
