#pragma once

#include "actors/base/ids.hpp"
#include "actors/fan_out/fan_out.hpp"

namespace troupe::loop {

class hub;
class peer;
class producer;
class transport;

/// One track as one client receives it.
struct consumer {
  actors::consumer_id id;
  actors::consumer_key key{};
  peer* owner = nullptr;
  producer* from = nullptr;
  transport* on = nullptr;
  int score = 10;
};

/// The fan-out to some members of a room, with the engine of the server's
/// shards.
class shard {
public:
  explicit shard(hub& parent);
  ~shard();

  shard(const shard&) = delete;
  shard& operator=(const shard&) = delete;

  void add(consumer& x, rtp::forwarder::config settings);

  void remove(consumer& x);

  /// The consumers of `from` in this shard.
  std::vector<consumer*> consumers_of(const producer& from) const;

  /// Wakes the shard; for code that changes its engine.
  actors::fan_out& engine();

  /// Calls `f(forwarder&)`, if the consumer exists.
  template <class F>
  void with_consumer(actors::consumer_key which, net::time_point now, F f) {
    engine().with_consumer(which, now, f);
  }

  /// Carries out the forwarders' requests, then sends all pending packets.
  void drain(net::time_point now);

  /// A timeout visits all forwarders, so they are as rare as in the server.
  std::optional<net::time_point> poll_timeout() const {
    auto due = engine_.poll_timeout();
    if (due)
      due = std::max(due, not_before_);
    auto pacing_due = engine_.poll_pacing();
    return due && pacing_due ? std::min(due, pacing_due)
           : due             ? due
                             : pacing_due;
  }

  void handle_timeout(net::time_point now);

  size_t members = 0;
  bool awake = false;

private:
  void pass_on(const actors::shard_event& x, net::time_point now);

  hub& hub_;
  actors::fan_out engine_;
  std::unordered_map<actors::consumer_key, consumer*> consumers_;
  std::optional<net::time_point> not_before_;
};

} // namespace troupe::loop
