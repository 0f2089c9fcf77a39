// What a shard does after every message: passes on events, and sends.

#include "actors/media/shard_state.hpp"

namespace troupe::actors {

void shard_state::drain() {
  send_events();
  // What may wait for other packets never delays what may not.
  auto window =
      engine.has_prompt() ? net::duration{} : services.load->coalescing();
  if (engine.needs_flush() && schedule.flush_now(self, window))
    flush_due();
  schedule.arm(self, engine.poll_timeout());
}

void shard_state::send_events() {
  counts.note_limited(engine.limited_by_overload());
  while (auto event = engine.poll_event())
    pass_on(*event);
}

void shard_state::pass_on(shard_event& x) {
  if (const auto* score = std::get_if<rtp::consumer_score_changed>(&x.what))
    consumers.send(self, x.consumer, *score);
  else if (const auto* layers = std::get_if<rtp::layers_changed>(&x.what))
    consumers.send(self, x.consumer, *layers);
  else
    producers.pass_on(self, x);
}

void shard_state::flush_due() {
  if (engine.only_replays_wait())
    flush_prompt();
  else if (!engine.has_patient()
           || !schedule.defers(self, services.load->coalescing()))
    flush();
  else if (engine.has_prompt())
    flush_prompt();
}

void shard_state::flush() {
  auto now = self->clock().now();
  auto window = services.load->coalescing();
  auto deferred = schedule.begin_flush(window, now);
  engine.set_coalescing(window > net::duration{});
  auto waited = engine.flush(*services.out, now);
  send_events();
  counts.note_flush(waited, deferred);
  schedule.arm_pacing(self, engine.poll_pacing());
  continue_replays();
  if (counts.publish_due(now))
    publish();
  if (shard_schedule::overdue(engine.poll_timeout(), now)) {
    engine.handle_timeout(now);
    drain();
  }
}

void shard_state::flush_prompt() {
  engine.flush_prompt(*services.out, self->clock().now());
  send_events();
  schedule.arm_pacing(self, engine.poll_pacing());
  continue_replays();
}

void shard_state::continue_replays() {
  if (engine.has_replays())
    schedule.flush_later(self);
}

void shard_state::publish() {
  auto now = self->clock().now();
  counts.publish(engine.totals(now), now);
}

} // namespace troupe::actors
