#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/media/encoding_scores.hpp"
#include "actors/media/producer_actor.hpp"
#include "actors/media/producer_attention.hpp"
#include "actors/media/producer_demand.hpp"
#include "actors/media/producer_shards.hpp"
#include "actors/media/producer_speech.hpp"
#include "actors/media/source_reports.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

/// INTERNAL to the producer actor: its state.
struct producer_state {
  using pointer = producer_actor::stateful_pointer<producer_state>;

  static inline const char* name = "producer";

  explicit producer_state(pointer self_ptr) : self(self_ptr) {}

  ~producer_state();

  producer_actor::behavior_type make_behavior(const producer_config& cfg);

  // -- shards ----------------------------------------------------------------

  void add(const subscribe& x);

  // A shard has ended, or has no consumer any more.
  void forget(const caf::actor_addr& gone);

  // Ends the producer unless a shard has subscribed.
  void end_if_unused() {
    if (shards.size() == 0)
      self->quit();
  }

  void start(const start_wanted& x);

  // What waits for the end of its frame follows the replay, so that a newcomer
  // costs the others no batch. Only a key frame that waits itself is passed on.
  rtp::media_batch find_replay(const start_wanted& x) {
    engine->set_large_audience(shards.audience() >= large_audience_shards);
    auto find = [&] {
      return engine->find_replay(x.encoding, self->clock().now(), x.incomplete);
    };
    auto found = find();
    if (!found && engine->poll_hold()) {
      release_held();
      found = find();
    }
    if (found && engine->replays_end_soon(found, self->clock().now()))
      with_engine([&](auto& e, auto now) {
        e.handle_keyframe_request(x.encoding, now);
      });
    return found;
  }

  // A shard, which sends the current message, wants a key frame.
  void want_keyframe(uint8_t encoding);

  void handle(const layers_wanted& x);

  void handle(const consumer_loss& x);

  // Notifies the client of the layers wanted, if they have changed, and the
  // engine of the encodings attended.
  void report_wanted();

  // -- media -----------------------------------------------------------------

  void take(const rtp::rtp_batch& x);

  void set_paused(bool paused);

  // -- after every message ---------------------------------------------------

  // Runs `f(engine, now)`, then drains.
  template <class F>
  void with_engine(F f) {
    auto now = self->clock().now();
    f(*engine, now);
    if (now >= publish_due)
      publish(now);
    drain();
  }

  // Passes on everything that is ready, and arms the timer.
  void drain();

  // Tells the transport which sources no consumer attends.
  void send_unattended(std::vector<rtp::ssrc> sources);

  void fan_out(const rtp::media_batch& batch);

  // Passes on the packets that wait for the end of their frame.
  void release_held() {
    if (engine->poll_hold())
      with_engine([](auto& e, auto now) { e.release_held(now); });
  }

  void pass_on(const rtp::receiver_event& x);

  void rate(const rtp::score_changed& x);

  // Adds the increase since the last call to the node's counters.
  void publish(net::time_point now);

  producer_key key() const {
    return producer_key{self->id()};
  }

  pointer self;
  live_object alive{object_kind::producer};
  producer_id id;
  rtp::media_kind kind = rtp::media_kind::audio;
  rtcp_sender_actor transport;
  producer_listener_actor listener;
  std::unique_ptr<net::rng> random;
  std::unique_ptr<rtp::receiver> engine;
  producer_shards shards;
  producer_demand demand;
  producer_attention attention;
  producer_speech speech;
  source_reports reports;
  encoding_scores scores;
  std::shared_ptr<overload_state_board> load;
  std::shared_ptr<in_flight_gauge> arrivals;
  uint8_t transport_wide_id = 0; // of its header extension
  receiver_totals published;
  net::time_point publish_due{};
  actor_timer timer;
  actor_timer hold_timer{std::chrono::milliseconds{1}};
};

} // namespace troupe::actors
