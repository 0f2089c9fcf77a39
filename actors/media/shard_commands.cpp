#include "actors/media/shard_commands.hpp"

#include "actors/fan_out/preferred_layers.hpp"

namespace troupe::actors {

namespace {

void apply(fan_out& engine, const consumer_feedback& x, net::time_point now) {
  if (std::holds_alternative<rtp::keyframe_request_received>(x.what)) {
    engine.handle_keyframe_request(x.consumer, now);
    return;
  }
  const auto* report = std::get_if<rtp::report_block_received>(&x.what);
  engine.with_consumer(x.consumer, now, [&](rtp::forwarder& to) {
    if (report)
      to.handle_report_block(report->block, report->arrival);
    else
      to.handle_nack(std::get<rtp::nack_received>(x.what).lost, now);
  });
  if (report)
    engine.note_loss(x.consumer, report->block.fraction_lost, now);
}

} // namespace

void handle_feedback(fan_out& engine, const transport_feedback& x,
                     net::time_point now) {
  for (const auto& item : x.items) {
    if (const auto* cc = std::get_if<arrivals_reported>(&item))
      engine.handle_transport_feedback(x.transport, cc->feedback, now);
    else if (const auto* remb = std::get_if<rtp::remb_received>(&item))
      engine.handle_remb(x.transport, remb->bitrate_bps, now);
    else
      apply(engine, std::get<consumer_feedback>(item), now);
  }
}

void handle_control(fan_out& engine, const control_consumer& x,
                    net::time_point now) {
  namespace verb = protocol::verb;
  if (std::holds_alternative<pause_consumer>(x.what))
    engine.set_paused(x.consumer, true);
  else if (std::holds_alternative<resume_consumer>(x.what))
    engine.set_paused(x.consumer, false);
  else if (const auto* y = std::get_if<verb::set_preferred_layers>(&x.what))
    engine.set_preferred_layers(x.consumer, to_layers(*y));
  else if (const auto* z = std::get_if<verb::set_priority>(&x.what))
    engine.set_priority(x.consumer, static_cast<uint8_t>(z->priority));
  else
    engine.handle_keyframe_request(x.consumer, now);
}

} // namespace troupe::actors
