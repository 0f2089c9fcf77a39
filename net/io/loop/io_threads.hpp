#pragma once

#include "net/base/time.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace troupe::net {

/// The server's I/O threads. Each runs an Asio loop of its own, so an object on
/// one loop runs on one thread and needs neither lock nor strand.
class io_threads {
public:
  /// Called on one of the threads with the message of an uncaught exception.
  using failure_handler = std::function<void(const std::string&)>;

  /// Starts `count` threads (at least one), named "io-0", "io-1" and so on.
  /// When an exception leaves a task, `on_failure` is called and the thread
  /// continues, so that the program can still stop in order. Without a handler,
  /// the exception ends the process.
  explicit io_threads(size_t count, failure_handler on_failure = {});

  io_threads(const io_threads&) = delete;

  io_threads& operator=(const io_threads&) = delete;

  /// Calls `stop`.
  ~io_threads();

  size_t size() const;

  /// The loop of thread `index` (modulo `size`).
  boost::asio::io_context& context(size_t index);

  /// Returns the loops in turn, which spreads new objects over all threads.
  boost::asio::io_context& next_context();

  /// Runs `task` on thread `index` (modulo `size`), never within this call.
  /// Thread-safe. Tasks posted after `stop` are dropped.
  void post(size_t index, std::function<void()> task);

  /// Runs `task` on thread `index` (modulo `size`) every `interval`, as long as
  /// it returns true. Thread-safe.
  void run_every(size_t index, duration interval, std::function<bool()> task);

  /// Stops the loops and joins the threads; pending handlers are destroyed
  /// without running. Idempotent; must not be called on one of the threads.
  /// Stop servers and ports first: this sends no close messages.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
