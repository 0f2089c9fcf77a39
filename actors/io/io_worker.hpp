#pragma once

#include "net/base/time.hpp"
#include "rtp/base/fifo.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/execution_unit.hpp>
#include <caf/fwd.hpp>

#include <atomic>
#include <cstdint>

namespace troupe::actors {

class peak_gauge;

/// Lets an I/O thread run media actors: those that it has just sent datagrams,
/// and those that they wake in turn. So a packet passes all its actors without
/// waking another thread, which would cost more than forwarding it does.
///
/// Only actors that have called allow_on_io_threads() run here. Any other actor
/// that they wake goes to CAF's scheduler at once: one message to a room or to
/// the sctp actor may take many milliseconds, while the sockets overflow.
///
/// The clock is read after each message. When the budget is spent, the
/// remaining actors go to the scheduler, and the thread returns to its sockets
/// (docs/adr/0011, docs/adr/0033). Not thread-safe.
class io_worker final : public caf::execution_unit {
public:
  /// How long run() may take, apart from the last message.
  static constexpr net::duration budget = std::chrono::microseconds{500};

  /// The budget if more datagrams wait at the sockets. Sockets that overflow
  /// lose audio as well as video, so reading them comes first.
  static constexpr net::duration busy_budget = std::chrono::microseconds{100};

  /// Messages that an actor handles per turn.
  static constexpr size_t max_throughput = 64;

  /// Notes in `longest`, if not null, how many microseconds each run took, and
  /// counts in `handed_over`, if not null, the actors that were left to the
  /// scheduler: each may wake another thread.
  explicit io_worker(caf::actor_system& system, peak_gauge* longest = nullptr,
                     std::atomic<uint64_t>* handed_over = nullptr)
      : execution_unit(&system)
      , longest_(longest)
      , handed_over_(handed_over) {}

  /// Queues an actor that has something to do, or hands it to the scheduler if
  /// it does not belong here. Called by CAF.
  void exec_later(caf::resumable* job) override;

  /// Runs queued actors, and those that they queue, for about `time`.
  void run(net::duration time = budget);

private:
  // Leaves an actor to the scheduler.
  void hand_over(caf::resumable* job);

  // Runs one actor until its mailbox is empty, its turn is over, or the time is
  // up.
  void run_turn(caf::resumable* job, net::time_point end);

  rtp::fifo<caf::resumable*> jobs_;
  peak_gauge* longest_;
  std::atomic<uint64_t>* handed_over_;
};

// A bit of CAF's flags that CAF does not use: needs no memory and no lookup.
inline constexpr int io_thread_flag = 0x00010000;

/// Lets I/O threads run this actor, from its next message on. For actors that
/// never block and handle every message in well under a millisecond: those that
/// a packet passes (transport, producer, shard), and the one that routes
/// packets. The actor itself calls this as it begins.
inline void allow_on_io_threads(caf::abstract_actor* self) {
  self->setf(io_thread_flag);
}

/// Whether I/O threads may run this actor.
inline bool allowed_on_io_threads(const caf::abstract_actor& x) {
  return x.getf(io_thread_flag);
}

} // namespace troupe::actors
