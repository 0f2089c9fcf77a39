#pragma once

#include "net/base/time.hpp"
#include "rtp/fifo.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/execution_unit.hpp>
#include <caf/fwd.hpp>

namespace troupe::actors {

class peak_gauge;

/// Lets an I/O thread run media actors: those that it has just woken by handing
/// them what came from the network, and those that they wake in turn. A packet
/// so passes all its actors without waking another thread, which would cost
/// more than forwarding it does.
///
/// Only actors that have called allow_on_io_threads() run here. Any other actor
/// that they wake goes to CAF's scheduler at once: one message to a room or to
/// the sctp actor may take many milliseconds, while the sockets overflow.
///
/// The time is looked at after each message. When the budget is spent, what is
/// left goes to the scheduler, and the thread returns to its sockets
/// (docs/adr/0011, docs/adr/0033). One thread only.
class io_worker final : public caf::execution_unit {
public:
  /// How long it runs actors at a time, apart from the last message.
  static constexpr net::duration budget = std::chrono::microseconds{500};

  /// The same where more waits at the sockets. What they cannot hold is lost,
  /// voices as well as pictures: to read comes first, then.
  static constexpr net::duration busy_budget = std::chrono::microseconds{100};

  /// Messages an actor takes before another gets its turn.
  static constexpr size_t max_throughput = 64;

  /// Notes in `longest`, if not null, how many microseconds each run took.
  explicit io_worker(caf::actor_system& system, peak_gauge* longest = nullptr)
      : execution_unit(&system)
      , longest_(longest) {}

  /// Queues an actor that has something to do, or hands it to the scheduler if
  /// it does not belong here. Called by CAF.
  void exec_later(caf::resumable* job) override;

  /// Runs what is queued, and what that queues, for about as long.
  void run(net::duration time = budget);

private:
  // Runs one actor until it has nothing to do, has had its turn, or the time is
  // up.
  void run_turn(caf::resumable* job, net::time_point end);

  rtp::fifo<caf::resumable*> jobs_;
  peak_gauge* longest_;
};

// A bit of CAF's flags that CAF does not use: no memory, and no lookup.
inline constexpr int io_thread_flag = 0x00010000;

/// Lets I/O threads run this actor, from its next message on. For actors whose
/// every message takes well under a millisecond, and which never block: those
/// that a packet passes (transport, producer, shard), and the one that routes
/// packets. To be called by the actor itself as it begins.
inline void allow_on_io_threads(caf::abstract_actor* self) {
  self->setf(io_thread_flag);
}

/// Whether I/O threads may run it.
inline bool allowed_on_io_threads(const caf::abstract_actor& x) {
  return x.getf(io_thread_flag);
}

} // namespace troupe::actors
