#include "bench/loop_server/shard.hpp"

#include "bench/loop_server/hub.hpp"
#include "bench/loop_server/peer.hpp"
#include "bench/loop_server/producer.hpp"
#include "bench/loop_server/transport.hpp"

namespace troupe::loop {

shard::shard(hub& parent) : hub_(parent) {
  hub_.shards.add(*this);
}

shard::~shard() {
  hub_.shards.remove(*this);
}

actors::fan_out& shard::engine() {
  hub_.shards.wake(*this);
  return engine_;
}

void shard::add(consumer& x, rtp::forwarder::config settings) {
  consumers_.emplace(x.key, &x);
  actors::shard_consumer stream;
  stream.key = x.key;
  stream.on = x.on->key;
  stream.from = x.from->key;
  stream.engine = std::move(settings);
  if (engine().add_consumer(std::move(stream), *hub_.random, hub::now()))
    x.from->subscribe(*this);
}

void shard::remove(consumer& x) {
  consumers_.erase(x.key);
  if (engine_.remove_consumer(x.key))
    x.from->unsubscribe(*this);
}

std::vector<consumer*> shard::consumers_of(const producer& from) const {
  std::vector<consumer*> out;
  for (auto key : engine_.consumers_of(from.key))
    out.push_back(consumers_.at(key));
  return out;
}

void shard::drain(net::time_point now) {
  while (auto x = engine_.poll_event())
    pass_on(*x, now);
  if (auto pacing_due = engine_.poll_pacing(); pacing_due && *pacing_due <= now)
    engine_.handle_pacing(now);
  if (engine_.needs_flush())
    engine_.flush(*hub_.services.port, hub::now());
}

void shard::handle_timeout(net::time_point now) {
  if (auto due = engine_.poll_timeout(); due && *due <= now) {
    engine_.handle_timeout(now);
    not_before_ = now + hub::longest_wait;
  }
}

void shard::pass_on(const actors::shard_event& x, net::time_point now) {
  auto i = consumers_.find(x.consumer);
  if (i == consumers_.end())
    return;
  auto& to = *i->second;
  if (const auto* changed = std::get_if<rtp::consumer_score_changed>(&x.what)) {
    to.score = changed->score;
    to.owner->notify_scores(to);
  } else if (const auto* missing =
                 std::get_if<actors::packets_missing>(&x.what)) {
    if (auto found = to.from->engine().find_packets(missing->keys))
      with_consumer(to.key, now, [&](auto& forwarder) {
        forwarder.handle_retransmissions(found, now);
      });
  } else if (const auto* keyframe =
                 std::get_if<rtp::keyframe_wanted>(&x.what)) {
    const auto& wanted = *keyframe;
    auto& source = to.from->engine();
    auto replay = wanted.start ? source.find_replay(wanted.encoding, now,
                                                    wanted.incomplete)
                               : rtp::media_batch{};
    if (replay)
      with_consumer(to.key, now, [&](auto& forwarder) {
        forwarder.handle_replay(replay, now);
      });
    else
      source.handle_keyframe_request(wanted.encoding, now);
  }
}

} // namespace troupe::loop
