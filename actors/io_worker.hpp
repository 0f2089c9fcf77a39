#pragma once

#include "net/base/time.hpp"
#include "rtp/fifo.hpp"

#include <caf/execution_unit.hpp>
#include <caf/fwd.hpp>

namespace troupe::actors {

/// Lets an I/O thread run actors: those that it has just woken by handing them
/// what came from the network, and those that they wake in turn. A packet so
/// passes all its actors without waking another thread, which would cost more
/// than forwarding it does.
///
/// When that takes long, because the fan-out is wide or much has come at once,
/// what is left goes to CAF's scheduler, and the thread returns to its sockets
/// (docs/adr/0011). One thread only.
class io_worker final : public caf::execution_unit {
public:
  /// How long it runs actors at a time, apart from the last one.
  static constexpr net::duration budget = std::chrono::microseconds{500};

  /// The same where more waits at the sockets. What they cannot hold is lost,
  /// voices as well as pictures: to read comes first, then.
  static constexpr net::duration busy_budget = std::chrono::microseconds{100};

  /// Messages an actor takes before another gets its turn.
  static constexpr size_t max_throughput = 64;

  explicit io_worker(caf::actor_system& system) : execution_unit(&system) {}

  /// Queues an actor that has something to do. Called by CAF.
  void exec_later(caf::resumable* job) override {
    jobs_.push(job);
  }

  /// Runs what is queued, and what that queues, for about as long.
  void run(net::duration time = budget);

private:
  void resume(caf::resumable* job);

  rtp::fifo<caf::resumable*> jobs_;
};

} // namespace troupe::actors
