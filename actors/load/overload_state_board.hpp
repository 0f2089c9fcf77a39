#pragma once

#include "actors/load/delay_gauges.hpp"
#include "actors/load/drain.hpp"
#include "actors/load/overload_level.hpp"
#include "actors/stats/counters.hpp"

namespace troupe::actors {

/// What may be refused under overload.
enum class newcomer : uint8_t { room, member, consumer };

/// Collects the load from those who cause it, and publishes the overload state.
/// One for each node; without locks.
class overload_state_board {
public:
  /// The numbers of refusals, by kind, since the server started.
  struct refusals {
    uint64_t rooms = 0;
    uint64_t members = 0;
    uint64_t consumers = 0;
  };

  delay_gauges& gauges() {
    return gauges_;
  }

  /// The present state. It changes rarely: cheap to read for every batch.
  overload_state state() const {
    return state_.load(std::memory_order_relaxed);
  }

  void publish(overload_state x) {
    publish(x, refuses_newcomers(x));
  }

  /// `refuses` says whether newcomers are refused; not each level implies that.
  void publish(overload_state x, bool refuses) {
    state_.store(x, std::memory_order_relaxed);
    refuses_.store(refuses, std::memory_order_relaxed);
  }

  /// Whether newcomers are refused for the load.
  bool busy() const {
    return refuses_.load(std::memory_order_relaxed);
  }

  /// How long packets may wait to be sent together: in proportion to the load,
  /// and 0 while that is low.
  net::duration coalescing() const {
    return net::duration{coalescing_.load(std::memory_order_relaxed)};
  }

  void publish_coalescing(net::duration x) {
    coalescing_.store(x.count(), std::memory_order_relaxed);
  }

  /// The CPU time in use, smoothed, as a share of what this process may use: 0
  /// to 1.
  double cpu() const {
    return cpu_.load(std::memory_order_relaxed);
  }

  void publish_cpu(double x) {
    cpu_.store(x, std::memory_order_relaxed);
  }

  /// The counters for the server's operator.
  actors::counters& counters() {
    return counters_;
  }

  /// Whether and until when the server drains.
  drain_state& drain() {
    return drain_;
  }

  const drain_state& drain() const {
    return drain_;
  }

  /// Whether one more is admitted: nothing new under overload, and no new room
  /// while the server drains. Counts the refusals.
  bool admit(newcomer kind) {
    if (!closed_to(kind) && !busy())
      return true;
    note_refused(kind);
    return false;
  }

  /// Whether one more is refused whatever the load: a new room while the server
  /// drains.
  bool closed_to(newcomer kind) const {
    return kind == newcomer::room && drain_.active();
  }

  void note_refused(newcomer kind) {
    refused_[static_cast<size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
  }

  refusals refused() const {
    auto count = [this](newcomer kind) {
      return refused_[static_cast<size_t>(kind)].load(
          std::memory_order_relaxed);
    };
    return {count(newcomer::room), count(newcomer::member),
            count(newcomer::consumer)};
  }

private:
  delay_gauges gauges_;
  alignas(64) std::atomic<overload_state> state_{overload_state{}};
  std::atomic<bool> refuses_{false};
  std::atomic<net::duration::rep> coalescing_{0};
  std::atomic<double> cpu_{0};
  alignas(64) std::array<std::atomic<uint64_t>, 3> refused_{};
  drain_state drain_;
  actors::counters counters_;

  static_assert(std::atomic<overload_state>::is_always_lock_free);
};

} // namespace troupe::actors
