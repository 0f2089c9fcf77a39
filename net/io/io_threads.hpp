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

/// The threads that do the server's input and output. Each runs an Asio loop
/// of its own, so whatever lives on one loop runs on one thread and needs
/// neither lock nor strand.
class io_threads {
public:
  /// Told, on one of the threads, what an exception said that left a task.
  using failure_handler = std::function<void(const std::string&)>;

  /// Starts `count` threads (at least one), named "io-0", "io-1" and so on.
  /// When an exception leaves a task, `on_failure` is told and the thread goes
  /// on, so that whoever hears of it can still stop everything in order.
  /// Without a handler the exception ends the process.
  explicit io_threads(size_t count, failure_handler on_failure = {});

  io_threads(const io_threads&) = delete;

  io_threads& operator=(const io_threads&) = delete;

  /// Calls `stop`.
  ~io_threads();

  size_t size() const;

  /// The loop of thread `index` (modulo `size`).
  boost::asio::io_context& context(size_t index);

  /// The loops in turn: what is created on them spreads over all threads.
  boost::asio::io_context& next_context();

  /// Runs `task` on thread `index` (modulo `size`), never within this call.
  /// Thread-safe. After `stop`, tasks are dropped.
  void post(size_t index, std::function<void()> task);

  /// Runs `task` on thread `index` (modulo `size`) every `interval`, as long as
  /// it returns true. Thread-safe.
  void run_every(size_t index, duration interval, std::function<bool()> task);

  /// Ends the loops and joins the threads; handlers that have not run are
  /// dropped with what they own. Idempotent, and not to be called from one of
  /// the threads. Stop servers and ports first: this does not say goodbye.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
