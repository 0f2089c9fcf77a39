#include "actors/fan_out/fan_out.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

void note_exhausted(sender_totals& to, const transport_sender& x) {
  to.drops[static_cast<size_t>(rtp::drop_reason::srtp_exhausted)] +=
      x.exhausted();
}

} // namespace

// -- transports ---------------------------------------------------------------

fan_out::transport& fan_out::touch(transport_key which) {
  auto& x = transports_[which];
  if (!x) {
    x = std::make_unique<transport>();
    x->sender.egress().set_pool(&packet_vectors_);
  }
  return *x;
}

template <class F>
void fan_out::change_sender(transport_key which, net::time_point now, F f) {
  auto& x = touch(which);
  x.attached = true;
  const auto before = x.sender.writable();
  f(x.sender);
  if (before || !x.sender.writable())
    return;
  for (auto* to : x.consumers) {
    connect(*to, now);
    collect(*to, now);
  }
}

void fan_out::set_srtp(transport_key which, std::shared_ptr<net::srtp_sender> x,
                       net::time_point now) {
  change_sender(which, now, [&](auto& to) { to.set_srtp(std::move(x)); });
}

void fan_out::set_path(transport_key which,
                       const std::optional<net::transport_tuple>& x,
                       net::time_point now) {
  change_sender(which, now, [&](auto& to) { to.set_path(x); });
}

void fan_out::set_plain(transport_key which, std::shared_ptr<packet_sender> x,
                        net::time_point now) {
  change_sender(which, now, [&](auto& to) { to.set_plain(std::move(x)); });
}

void fan_out::connect(consumer& x, net::time_point now) {
  // Queued packets have sequence numbers from before. One that is sent after
  // this could be ahead of all that follow, which SRTP would reject as old.
  x.on->sender.egress().drop(x.engine.headers());
  change(x).handle_connected(now, x.on->sender.used_by(x.engine));
}

void fan_out::count_consumers(transport& x) {
  x.several = x.consumers.size() > 1;
}

void fan_out::remove_transport(transport_key which) {
  auto i = transports_.find(which);
  if (i == transports_.end())
    return;
  i->second->attached = false;
  i->second->sender.close();
  drop_if_unused(which);
}

void fan_out::drop_if_unused(transport_key which) {
  auto i = transports_.find(which);
  if (i == transports_.end() || i->second->attached
      || !i->second->consumers.empty())
    return;
  // Invariant: flush() fills and empties late_, and removes no transport.
  TROUPE_ASSERT(late_.empty());
  std::erase(dirty_, i->second.get());
  std::erase(holding_, i->second.get());
  std::erase(line_, i->second.get());
  std::erase(unshared_, i->second.get());
  note_exhausted(retired_, i->second->sender);
  transports_.erase(i);
}

void fan_out::queue_rtcp(transport_key which, std::vector<uint8_t> compound) {
  auto i = transports_.find(which);
  if (i == transports_.end())
    return;
  i->second->sender.queue_rtcp(std::move(compound));
  mark(*i->second);
}

void fan_out::end_source(transport_key which, rtp::ssrc source) {
  if (auto i = transports_.find(which); i != transports_.end())
    i->second->sender.end(source);
}

const transport_sender* fan_out::find_transport(transport_key which) const {
  auto i = transports_.find(which);
  return i == transports_.end() ? nullptr : &i->second->sender;
}

void fan_out::handle_remb(transport_key which, uint64_t bps,
                          net::time_point now) {
  auto i = transports_.find(which);
  if (i == transports_.end())
    return;
  i->second->sender.egress().handle_remb(bps, now);
  allocate_if_needed(*i->second, now);
}

void fan_out::handle_transport_feedback(transport_key which,
                                        const rtp::rtcp::transport_cc& x,
                                        net::time_point now) {
  auto i = transports_.find(which);
  if (i == transports_.end())
    return;
  i->second->sender.egress().handle_transport_feedback(x, now);
  allocate_if_needed(*i->second, now);
}

// -- consumers ----------------------------------------------------------------

bool fan_out::add_consumer(shard_consumer settings, net::rng& random,
                           net::time_point now) {
  auto& source = producers_[settings.from];
  auto first = source.listeners.empty();
  auto& config = settings.engine;
  config.producer_paused = source.paused.value_or(config.producer_paused);
  auto x = std::make_unique<consumer>(settings, random);
  x->on = &touch(settings.on);
  x->source = &source;
  if (x->layout.spatial_layers > 1 && !source.layers)
    source.layers.emplace(x->layout);
  source.rates.set_keyed(x->layout.keyed);
  source.kind = config.kind;
  source.clock_rate = config.clock_rate;
  if (config.kind == rtp::media_kind::video)
    x->share = make_share(source.rates);
  x->on->adaptive |= config.feedback.transport_cc || config.feedback.remb;
  x->engine.set_pool(&packet_vectors_);
  x->timer_index = timers_.size();
  timers_.push_back({net::time_point::max(), x.get()});
  if (source.layers)
    x->engine.set_alive(source.layers->alive(), now);
  for (const auto& report : source.reports)
    if (report)
      x->engine.handle_source_report(*report);
  x->listener_index = source.listeners.size();
  source.listeners.push_back({x.get(), x->on});
  x->on->consumers.push_back(x.get());
  count_consumers(*x->on);
  if (x->engine.continues())
    take_over(*x);
  if (x->on->sender.writable())
    connect(*x, now);
  auto& added = *x;
  consumers_.emplace(added.key, std::move(x));
  shed(added);
  reconsider(added);
  return first;
}

void fan_out::set_paused(consumer_key which, bool paused) {
  auto i = consumers_.find(which);
  if (i == consumers_.end())
    return;
  i->second->paused = paused;
  reconsider(*i->second);
}

void fan_out::set_preferred_layers(consumer_key which, rtp::layers preferred) {
  auto i = consumers_.find(which);
  if (i == consumers_.end())
    return;
  auto& x = *i->second;
  preferred = x.layout.clamp(preferred);
  x.preferred_temporal = preferred.temporal;
  x.facts.preferred = preferred.spatial;
  shed(x);
  reconsider(x);
}

void fan_out::set_priority(consumer_key which, uint8_t priority) {
  auto i = consumers_.find(which);
  if (i == consumers_.end())
    return;
  auto& x = *i->second;
  x.priority = priority;
  if (x.share)
    x.share->priority = priority;
  x.facts.pinned = priority > rtp::allocated_stream{}.priority;
  shed(x);
  reconsider(x);
}

void fan_out::move_consumer(consumer_key which, transport_key to,
                            net::time_point now) {
  auto i = consumers_.find(which);
  if (i == consumers_.end() || i->second->on_key == to)
    return;
  auto& x = *i->second;
  auto from = std::exchange(x.on_key, to);
  auto* before = std::exchange(x.on, &touch(to));
  std::erase(before->consumers, &x);
  count_consumers(*before);
  before->calm = false;
  x.on->consumers.push_back(&x);
  count_consumers(*x.on);
  x.source->listeners[x.listener_index].on = x.on;
  x.on->adaptive |= before->adaptive;
  // The stream may move back, so its SSRCs end there only when it ends.
  if (std::ranges::find(x.previous_transports, from)
      == x.previous_transports.end())
    x.previous_transports.push_back(from);
  drop_if_unused(from);
  if (x.on->sender.writable())
    connect(x, now);
  share_later(*x.on);
}

std::optional<producer_key> fan_out::remove_consumer(consumer_key which) {
  auto i = consumers_.find(which);
  if (i == consumers_.end())
    return std::nullopt;
  auto gone = std::move(i->second);
  consumers_.erase(i);
  timers_[gone->timer_index] = timers_.back();
  timers_[gone->timer_index].who->timer_index = gone->timer_index;
  timers_.pop_back();
  limited_by_overload_ -= size_t{gone->limited_by_overload};
  catch_up(*gone);
  count_skipped(*gone);
  retired_.add(gone->engine.stats({}));
  std::erase(gone->on->consumers, gone.get());
  count_consumers(*gone->on);
  gone->on->calm = false;
  if (gone->engine.continues())
    interrupt(*gone);
  else
    gone->on->sender.end(gone->engine);
  for (auto key : gone->previous_transports)
    if (auto before = transports_.find(key); before != transports_.end())
      before->second->sender.end(gone->engine);
  drop_if_unused(gone->on_key);
  remove_listener(*gone);
  gone->source->losses.remove(static_cast<uint64_t>(which));
  if (!gone->source->listeners.empty()) {
    if (!std::exchange(gone->source->unreported, true))
      unreported_.push_back(gone->from);
    return std::nullopt;
  }
  producers_.erase(gone->from);
  return gone->from;
}

void fan_out::remove_listener(consumer& x) {
  auto& listeners = x.source->listeners;
  listeners.erase(listeners.begin()
                  + static_cast<std::ptrdiff_t>(x.listener_index));
  for (auto i = x.listener_index; i < listeners.size(); ++i)
    listeners[i].who->listener_index = i;
}

const rtp::forwarder* fan_out::find_consumer(consumer_key which) {
  auto i = consumers_.find(which);
  if (i == consumers_.end())
    return nullptr;
  catch_up(*i->second);
  count_skipped(*i->second);
  return &i->second->engine;
}

const rtp::decision_log* fan_out::find_decisions(consumer_key which) const {
  auto i = consumers_.find(which);
  return i == consumers_.end() ? nullptr : &i->second->log;
}

sender_totals fan_out::totals(net::time_point now) {
  auto out = retired_;
  for (const auto& [key, x] : consumers_) {
    catch_up(*x);
    count_skipped(*x);
    out.add(x->engine.stats(now));
  }
  for (const auto& [key, x] : transports_)
    note_exhausted(out, x->sender);
  return out;
}

// -- producers ----------------------------------------------------------------

void fan_out::handle_source_report(producer_key from,
                                   const rtp::source_report& report) {
  auto i = producers_.find(from);
  if (i == producers_.end())
    return;
  auto& reports = i->second.reports;
  if (reports.size() <= report.encoding)
    reports.resize(size_t{report.encoding} + 1);
  reports[report.encoding] = report;
  for (auto& x : i->second.listeners)
    change(*x.who).handle_source_report(report);
}

std::vector<consumer_key> fan_out::handle_producer_paused(producer_key from,
                                                          bool paused,
                                                          net::time_point now) {
  std::vector<consumer_key> changed;
  auto i = producers_.find(from);
  if (i == producers_.end())
    return changed;
  i->second.paused = paused;
  for (auto& to : i->second.listeners) {
    auto& x = *to.who;
    if (x.engine.producer_paused() == paused)
      continue;
    if (paused)
      change(x).handle_producer_paused(now);
    else
      change(x).handle_producer_resumed(now);
    note_producer(x, now);
    share_later(*x.on);
    changed.push_back(x.key);
  }
  return changed;
}

std::vector<consumer_key> fan_out::consumers_of(producer_key from) const {
  std::vector<consumer_key> out;
  if (auto i = producers_.find(from); i != producers_.end())
    for (const auto& x : i->second.listeners)
      out.push_back(x.who->key);
  return out;
}

// -- timers and output --------------------------------------------------------

void fan_out::handle_timeout(net::time_point now) {
  timeout_.reset();
  if (now >= allocate_due_)
    allocate_due(now);
  auto next = net::time_point::max();
  for (auto& x : timers_) {
    if (x.at <= now) {
      change(*x.who).handle_timeout(now);
      collect(*x.who, now);
    }
    next = std::min(next, x.at);
  }
  if (next != net::time_point::max())
    timeout_ = next;
}

void fan_out::collect(consumer& x, net::time_point now) {
  while (auto batch = x.engine.poll_batch()) {
    batch->kind = x.facts.kind;
    queue_media(*x.on, std::move(*batch), now);
  }
  while (auto packet = x.engine.poll_rtcp()) {
    x.on->sender.queue_rtcp(std::move(*packet));
    mark(*x.on);
  }
  while (auto keys = x.engine.poll_retransmission_request())
    events_.push({x.key, x.from, packets_missing{std::move(*keys)}});
  while (auto event = x.engine.poll_event()) {
    if (std::holds_alternative<rtp::keyframe_wanted>(*event))
      note(x, rtp::decision_reason::keyframe, now);
    std::visit(
        [&](const auto& what) {
          events_.push({x.key, x.from, what});
        },
        *event);
  }
  count_skipped(x);
  auto& entry = x.source->listeners[x.listener_index];
  entry.attention = x.engine.attends();
  if (!entry.steady.valid())
    join(x);
  set_timer(x);
}

void fan_out::count_skipped(consumer& x) {
  auto& entry = x.source->listeners[x.listener_index];
  if (auto n = std::exchange(entry.skipped, 0))
    x.engine.count_dropped(entry.attention.otherwise, n);
}

void fan_out::set_timer(consumer& x) {
  auto due = x.engine.poll_timeout();
  timers_[x.timer_index].at = due.value_or(net::time_point::max());
  if (due && (!timeout_ || *due < *timeout_))
    timeout_ = due;
}

} // namespace troupe::actors
