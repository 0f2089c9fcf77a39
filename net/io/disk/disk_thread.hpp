#pragma once

#include "net/io/disk/disk.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::net {

/// Runs what blocks on a disk on a thread of its own, so that a disk that is
/// slow, full or frozen holds up nobody else. All that is wanted of one thread
/// is done in order. Thread-safe.
class disk_thread {
public:
  /// What was written, and why no more of it could be.
  struct outcome {
    std::error_code why;  // of the first failure; nothing after it is written
    uint64_t written = 0; // octets of whole pieces
  };

  /// What all files together have needed.
  struct totals {
    uint64_t waiting = 0;  // octets that wait or are being written
    uint64_t written = 0;  // octets of whole pieces
    uint64_t failures = 0; // files that could not be written to their end
  };

  /// Called on the thread.
  using done = std::function<void(const outcome&)>;

  /// A file that is written piece by piece. What is wanted after a failure is
  /// dropped.
  class writer;

  explicit disk_thread(std::shared_ptr<disk> where = host_disk());

  disk_thread(const disk_thread&) = delete;

  /// Does what is still wanted, and waits for that. A disk that is frozen would
  /// hold up this call for ever: call `stop` first.
  ~disk_thread();

  /// Begins a file at `path`, which must not exist. `failed` is called at most
  /// once, on the thread, when the first piece cannot be written.
  std::shared_ptr<writer> create(const std::string& path, done failed);

  /// Runs `task` on the thread, in its turn.
  void run(std::function<void(disk&)> task);

  totals read_totals() const;

  /// Takes nothing more, and waits until what was wanted is done. Returns false
  /// if the disk takes longer than `patience`: then what is left is dropped,
  /// and the thread is left behind. Idempotent.
  bool stop(std::chrono::milliseconds patience);

private:
  struct state;

  std::shared_ptr<state> state_;
};

/// See disk_thread.
class disk_thread::writer : public std::enable_shared_from_this<writer> {
public:
  /// Writes a piece behind all earlier ones.
  void append(std::vector<uint8_t> piece);

  /// Writes a piece over what stands at that position.
  void overwrite(uint64_t position, std::vector<uint8_t> piece);

  /// Calls `then` on the thread when all earlier pieces are on the disk for
  /// good, or as soon as that has failed.
  void sync(done then);

  /// The octets that wait or are being written.
  size_t waiting() const {
    return waiting_.load(std::memory_order_relaxed);
  }

private:
  friend class disk_thread;

  writer(std::weak_ptr<state> thread, done failed)
      : thread_(std::move(thread))
      , failed_(std::move(failed)) {}

  void post(size_t weight, std::function<std::error_code(open_file&)> what);

  // On the thread only.
  void open(disk& where, const std::string& path);
  void fail(std::error_code why);

  const std::weak_ptr<state> thread_;
  const done failed_;
  std::atomic<size_t> waiting_{0};
  // On the thread only.
  std::unique_ptr<open_file> file_;
  uint64_t end_ = 0;
  outcome outcome_;
};

} // namespace troupe::net
