// Forwards a producer's packets to all its consumers in one scan of its
// listeners. A steady stream is sent from its listener, one cache line, and the
// forwarder notes several packets at a time later. All else goes through the
// forwarder.
//
// A listener is steady from forwarder::steady() on until its forwarder is
// changed. A packet is passed if the trail of its encoding recorded it, which
// is decided once for all listeners, if the stream takes it (its layers, its
// timers), and if the forwarder does not lag behind too far.

#include "actors/fan_out/fan_out.hpp"
#include "net/base/prefetch.hpp"

#include <utility>

namespace troupe::actors {

namespace {

// A bit for each. An encoding beyond sets all bits: each engine counts it.
uint32_t encodings_in(const std::vector<rtp::media_packet>& batch) {
  uint32_t out = 0;
  for (const auto& x : batch)
    out |= x.encoding < 32 ? uint32_t{1} << x.encoding : ~uint32_t{0};
  return out;
}

} // namespace

// With hundreds of receivers, none of their memory is in the cache: prefetch it
// before their turn. The objects that point to the rest come first.
void fan_out::prefetch_behind(const producer& source, size_t k,
                              const media_pass& round) {
  constexpr size_t next = 1;
  constexpr size_t soon = 2;
  constexpr size_t later = 4;
  const auto& all = source.listeners;
  auto attends = [&](size_t i) {
    return i < all.size() && (all[i].attention.encodings & round.present) != 0;
  };
  if (attends(k + later) && !round.skips_engine(all[k + later])) {
    const auto* x = all[k + later].who;
    net::prefetch(x);
    x->engine.prefetch();
  }
  if (attends(k + soon)) {
    const auto& x = all[k + soon];
    x.on->sender.prefetch();
    if (!round.skips_engine(x))
      x.who->engine.prefetch_more();
  }
  if (attends(k + next))
    all[k + next].on->sender.prefetch_queue(source.kind);
}

void fan_out::handle_media(producer_key from, const rtp::media_batch& batch,
                           bool refused, net::time_point now,
                           net::duration held) {
  auto i = producers_.find(from);
  if (i == producers_.end())
    return;
  auto& source = i->second;
  auto changed = false;
  if (source.layers) {
    source.layers->handle_batch(*batch, now);
    changed = source.layers->poll_changed();
  }
  source.rates.handle_batch(*batch, now);
  if (now >= allocate_due_)
    allocate_due(now);
  if (refused || changed)
    prepare(source, refused, changed, now);
  auto round = media_pass{batch, now, encodings_in(*batch)};
  record(source, round);
  auto& all = source.listeners;
  for (size_t k = 0; k < all.size(); ++k) {
    auto& x = all[k];
    prefetch_behind(source, k, round);
    if ((x.attention.encodings & round.present) == 0) {
      x.skipped += static_cast<uint32_t>(batch->size());
      continue;
    }
    if (round.skips_engine(x) && x.steady.takes(*batch)) {
      pass(x, round, source.kind);
      continue;
    }
    auto& to = *x.who;
    change(to, round.extends(x) ? round.recorded : 0).handle_batch(batch, now);
    collect(to, now);
  }
  if (auto arrival = batch->front().packet.arrival() + held;
      !oldest_ || arrival < *oldest_)
    oldest_ = arrival;
}

// Tells the engines what has changed before a batch.
void fan_out::prepare(producer& source, bool refused, bool changed,
                      net::time_point now) {
  for (auto& x : source.listeners) {
    auto& engine = change(*x.who);
    if (refused)
      engine.handle_overload(now);
    if (changed)
      engine.set_alive(source.layers->alive(), now);
    collect(*x.who, now);
  }
}

// Lets the trails take a batch. Only one of a single encoding may pass.
void fan_out::record(producer& to, media_pass& round) {
  const auto& batch = *round.batch;
  round.encoding = batch.front().encoding;
  auto single =
      round.encoding < 32 && round.present == uint32_t{1} << round.encoding;
  if (!single) {
    for (const auto& x : batch)
      if (x.encoding < to.trails.size())
        to.trails[x.encoding].note(x);
    return;
  }
  while (to.trails.size() <= round.encoding)
    to.trails.emplace_back(static_cast<uint8_t>(to.trails.size()),
                           to.clock_rate);
  auto& trail = to.trails[round.encoding];
  if (trail.take(batch, round.now))
    round.recorded = static_cast<uint32_t>(batch.size());
  round.trail = &trail;
}

void fan_out::pass(const listener& x, const media_pass& round,
                   rtp::media_kind kind) {
  rtp::outgoing_batch out;
  // Without a share in it: counting the shares would touch cold memory.
  using shared_headers = std::shared_ptr<const rtp::header_writer>;
  out.headers = shared_headers{shared_headers{}, x.steady.headers};
  out.packets = packet_vectors_.take();
  out.packets.reserve(round.batch->size());
  out.kind = kind;
  for (const auto& packet : *round.batch)
    out.packets.push_back(x.steady.make(packet));
  queue_media(*x.on, std::move(out), round.now);
  passed_ += round.batch->size();
}

void fan_out::join(consumer& x) const {
  if (!passing_)
    return;
  auto& entry = x.source->listeners[x.listener_index];
  const auto& trails = x.source->trails;
  entry.steady = x.engine.steady(trails);
  if (entry.steady.valid())
    entry.joined = trails[entry.steady.encoding].end();
}

void fan_out::catch_up(consumer& x, uint32_t except) {
  auto& entry = x.source->listeners[x.listener_index];
  if (!entry.steady.valid())
    return;
  const auto& trail = x.source->trails[entry.steady.encoding];
  auto to = trail.end() - except;
  x.engine.catch_up(trail, entry.steady.encoding, entry.joined, to);
  entry.joined = to;
}

rtp::forwarder& fan_out::change(consumer& x, uint32_t except) {
  catch_up(x, except);
  x.source->listeners[x.listener_index].steady = {};
  return x.engine;
}

void fan_out::skip_gap(producer_key from) {
  if (auto i = producers_.find(from); i != producers_.end())
    for (auto& x : i->second.listeners)
      change(*x.who).skip_gap();
}

} // namespace troupe::actors
