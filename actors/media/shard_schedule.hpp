#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/media/shard_actor.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::actors {

/// Decides when a shard flushes, and keeps its three timers. `self` is the
/// shard's actor.
///
/// A flush sends what the messages before it have made ready. It waits for the
/// messages that are in the mailbox already and, while the CPU is short, until
/// a window of time since the last flush is over.
class shard_schedule {
public:
  /// How late forwarders' timers may be: those of a shard are checked together,
  /// when media passes, or by a timer if none does.
  static constexpr net::duration lateness = std::chrono::milliseconds{20};
  static constexpr net::duration patience = std::chrono::milliseconds{40};

  /// Takes ticks from `queue`, which outlives this object; null leaves them to
  /// CAF's clock. Ticks of pacing are exact, and always CAF's.
  void use(tick_queue* queue) {
    forwarding_.use(queue);
    flush_timer_.use_promptly(queue);
  }

  // -- flush -----------------------------------------------------------------

  /// Whether to flush now what is ready. If not, a `shard_flush` is on its way
  /// to `self`. `window` is how long packets may wait to be sent together; 0
  /// for not at all.
  template <class Self>
  bool flush_now(Self* self, net::duration window) {
    if (defer(self, window))
      return false;
    // Messages that are in the mailbox already are flushed with this one.
    if (self->mailbox().empty())
      return true;
    flush_later(self);
    return false;
  }

  /// Makes sure that a `shard_flush` comes to `self` after the messages that
  /// are in the mailbox by now.
  template <class Self>
  void flush_later(Self* self) {
    if (!std::exchange(flush_pending_, true))
      self->send(self, shard_flush{});
  }

  /// Whether what may wait still does, for the window since the last flush. If
  /// so, a `shard_flush` comes when that is over.
  template <class Self>
  bool defers(Self* self, net::duration window) {
    return defer(self, window);
  }

  /// A `shard_flush` has come: the caller flushes what is due.
  void handle_flush(net::time_point now) {
    flush_pending_ = false;
    flush_timer_.fired(now);
  }

  /// Notes a flush. Returns for how long it was put off on purpose, which is at
  /// most `window`.
  net::duration begin_flush(net::duration window, net::time_point now) {
    flushed_ = now;
    auto since = std::exchange(deferred_since_, std::nullopt);
    return since ? std::min(now - *since, window) : net::duration{};
  }

  // -- the engine's timers ---------------------------------------------------

  /// Sends `self` a `shard_tick` when the forwarders' timers are due.
  template <class Self>
  void arm(Self* self, std::optional<net::time_point> due) {
    forwarding_.arm(self, due, shard_tick{});
  }

  /// A `shard_tick` has come.
  void handle_tick(net::time_point now) {
    forwarding_.fired(now);
  }

  /// Whether a flush handles the forwarders' timers, too: media drives them
  /// while it flows, and the `shard_tick` is for when it stops.
  static bool overdue(std::optional<net::time_point> due, net::time_point now) {
    return due && *due + lateness <= now;
  }

  /// Sends `self` a `pacing_tick` when delayed packets may be sent.
  template <class Self>
  void arm_pacing(Self* self, std::optional<net::time_point> due) {
    pacing_.arm(self, due, pacing_tick{});
  }

  /// A `pacing_tick` has come.
  void handle_pacing(net::time_point now) {
    pacing_.fired(now);
  }

private:
  // If the CPU is short, delays the flush so that more is sent together.
  template <class Self>
  bool defer(Self* self, net::duration window) {
    if (window <= net::duration{})
      return false;
    auto due = flushed_ + window;
    auto now = self->clock().now();
    if (now >= due)
      return false;
    if (!deferred_since_)
      deferred_since_ = now;
    // The next media flushes; the timer is for when none comes.
    flush_timer_.arm(self, due, shard_flush{});
    return true;
  }

  bool flush_pending_ = false; // a message to ourselves is in the mailbox
  net::time_point flushed_{};
  std::optional<net::time_point> deferred_since_; // the flush
  actor_timer forwarding_{patience};
  actor_timer pacing_; // exact: it seldom runs
  actor_timer flush_timer_{std::chrono::milliseconds{1}};
};

} // namespace troupe::actors
