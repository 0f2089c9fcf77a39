#pragma once

#include "actors/base/messages.hpp"
#include "bench/loop_server/shard.hpp"
#include "protocol/verbs/verbs.hpp"
#include "rtp/receive/receiver.hpp"

namespace troupe::loop {

/// A producer's entry in lists, and the parameters for consumers' negotiation.
struct producer_description {
  protocol::producer_info info;
  protocol::rtp_parameters sent;
  protocol::rtp_parameters consumable;
  std::string type;
};

/// One track that a client sends, with the engine of the server's producers.
class producer {
public:
  producer(hub& parent, transport& on, producer_description x);
  ~producer();

  producer(const producer&) = delete;
  producer& operator=(const producer&) = delete;

  /// Wakes the producer; for code that changes its engine.
  rtp::receiver& engine();

  void subscribe(shard& x);

  void unsubscribe(shard& x);

  void set_paused(bool paused);

  /// Passes on all pending output.
  void drain(net::time_point now);

  std::optional<net::time_point> poll_timeout() const {
    return engine_.poll_timeout();
  }

  void handle_timeout(net::time_point now) {
    engine_.handle_timeout(now);
  }

  /// Calls `f(consumer&)` for each consumer.
  template <class F>
  void for_each_consumer(F f) {
    for (auto* there : std::vector{shards_})
      for (auto* x : there->consumers_of(*this))
        f(*x);
  }

  const actors::producer_id id;
  const actors::producer_key key;
  transport& on;
  producer_description about;
  int score = 10;
  actors::producer_age age = 0; // in its room
  bool awake = false;

private:
  void pass_on(const rtp::receiver_event& x);

  hub& hub_;
  rtp::receiver engine_;
  std::vector<shard*> shards_;
  std::vector<std::optional<rtp::source_report>> reports_; // by encoding
};

} // namespace troupe::loop
