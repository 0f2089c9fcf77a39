#pragma once

#include "actors/config.hpp"
#include "net/base/result.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::actors {

/// A whole server: sockets, actors, HTTP. What `main` runs and what tests and
/// benchmarks run inside themselves.
class node {
public:
  explicit node(config settings);

  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Stops, if that has not been done.
  ~node();

  /// Binds everything. On failure, one line for the operator.
  std::optional<std::string> start();

  /// Tells the clients, closes everything, and returns once all actors are
  /// gone. Idempotent.
  void stop();

  /// Begins to empty itself: no new rooms from now on, while those that are
  /// open go on. Whoever runs this node stops it once `drained`. Again: can
  /// only shorten the time. From any thread.
  void drain(std::chrono::seconds limit);

  /// The same with the limit that the keys set.
  void drain();

  /// Whether a node that drains is empty, or its time is up.
  bool drained() const;

  /// Which part failed that the node cannot work without, and why; nothing
  /// while all is well. Whoever runs this node stops it then, and ends with a
  /// status other than 0. From any thread.
  std::optional<std::string> failure() const;

  /// Ends that part as a fault in it would ("server", "sctp", "sockets",
  /// "load", "http-clients" or "io-thread"): for tests.
  void break_part(std::string_view name);

  uint16_t http_port() const;

  uint16_t rtc_port() const;

  /// How many actors live: for tests that nothing is left behind.
  size_t live_actors() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::actors
