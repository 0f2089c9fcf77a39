#include "bench/loop_server/producer.hpp"

#include "actors/transport/signaling_to_engine.hpp"
#include "bench/loop_server/hub.hpp"
#include "bench/loop_server/peer.hpp"
#include "bench/loop_server/shard.hpp"
#include "bench/loop_server/transport.hpp"

namespace troupe::loop {

namespace {

rtp::receiver::config to_config(const producer_description& x,
                                net::rng& random) {
  auto out = actors::to_receiver(x.info.kind, x.sent, x.info.paused);
  out.local_ssrc = rtp::ssrc{random.u32()};
  return out;
}

} // namespace

producer::producer(hub& parent, transport& by, producer_description x)
    : id(x.info.id)
    , key(parent.next_key<actors::producer_key>())
    , on(by)
    , about(std::move(x))
    , hub_(parent)
    , engine_(to_config(about, *parent.random), *parent.random)
    , reports_(about.sent.encodings.size()) {
  hub_.producers.add(*this);
}

producer::~producer() {
  hub_.producers.remove(*this);
}

rtp::receiver& producer::engine() {
  hub_.producers.wake(*this);
  return engine_;
}

void producer::subscribe(shard& x) {
  shards_.push_back(&x);
  x.engine().handle_producer_paused(key, engine_.paused(), hub::now());
  for (const auto& report : reports_)
    if (report)
      x.engine().handle_source_report(key, *report);
}

void producer::unsubscribe(shard& x) {
  std::erase(shards_, &x);
}

void producer::set_paused(bool paused) {
  if (engine_.paused() == paused)
    return;
  about.info.paused = paused;
  auto now = hub::now();
  if (paused)
    engine().pause(now);
  else
    engine().resume(now);
  for (auto* x : shards_)
    x->engine().handle_producer_paused(key, paused, now);
  for_each_consumer([&](auto& x) {
    if (paused)
      x.owner->notify(protocol::event::consumer_paused{x.id});
    else
      x.owner->notify(protocol::event::consumer_resumed{x.id});
  });
}

void producer::drain(net::time_point now) {
  while (auto batch = engine_.poll_batch())
    for (auto* x : shards_)
      x->engine().handle_media(key, *batch, false, now);
  while (auto packet = engine_.poll_rtcp())
    on.send_rtcp(std::move(*packet));
  while (auto event = engine_.poll_event())
    pass_on(*event);
}

void producer::pass_on(const rtp::receiver_event& x) {
  if (const auto* report = std::get_if<rtp::source_report>(&x)) {
    reports_.at(report->encoding) = *report;
    for (auto* there : shards_)
      there->engine().handle_source_report(key, *report);
  } else if (const auto* changed = std::get_if<rtp::score_changed>(&x)) {
    score = changed->score;
    for_each_consumer([](auto& to) { to.owner->notify_scores(to); });
  }
}

} // namespace troupe::loop
