#include "actors/sctp/data_switch.hpp"

#include <algorithm>

/// Delivers messages from producers to consumers, or queues them.
namespace troupe::actors {

namespace {

size_t weight(const net::shared_octets& x) {
  return x->size() + data_switch::message_overhead;
}

// The cost of one delivery, in the unit of data_switch::quantum.
size_t cost_of(const net::shared_octets& x) {
  return 1 + x->size() / 1024;
}

} // namespace

bool data_switch::deliver(producer& from, const data_message& x, size_t& budget,
                          net::time_point now) {
  if (!from.next_consumer) {
    ++from.stats.messages_received;
    from.stats.bytes_received += x.octets->size();
    ++totals_.messages_received;
    totals_.octets_received += x.octets->size();
    from.next_consumer = 0;
    --budget;
  }
  auto& next = *from.next_consumer;
  const auto cost = cost_of(x.octets);
  while (!from.is.paused && next < from.consumers.size() && budget > 0) {
    auto& to = *from.consumers[next++];
    budget -= std::min(budget, cost);
    if (!to.is.paused && wants(to, x))
      deliver_to(to, x, now);
  }
  const auto done = from.is.paused || next >= from.consumers.size();
  if (done)
    from.next_consumer.reset();
  end_too_slow(now);
  return done;
}

bool data_switch::wants(const consumer& to, const data_message& x) {
  const auto has = [&](subchannel wanted) {
    const auto& all = to.is.subchannels;
    return std::find(all.begin(), all.end(), wanted) != all.end();
  };
  if (x.required_subchannel && !has(*x.required_subchannel))
    return false;
  return x.subchannels.empty()
         || std::any_of(x.subchannels.begin(), x.subchannels.end(), has);
}

void data_switch::deliver_to(consumer& to, const data_message& x,
                             net::time_point now) {
  if (!to.is.on) {
    if (to.is.gauge && !to.is.gauge->admit(waiting_octets(*x.octets)))
      return drop(to);
    ++to.stats.messages_sent;
    to.stats.bytes_sent += x.octets->size();
    if (to.arrived.empty())
      arrived_.push_back(to.is.key);
    to.arrived.push_back(x);
    return;
  }
  auto* on = find(to.is.on);
  if (!on)
    return;
  if (to.queue.empty() && send(to, *on, x.ppid, x.octets, now))
    note_more(to);
  else if (to.is.reliability.reliable())
    enqueue(to, *on, x, now);
  else
    enqueue_unreliable(to, *on, x, now);
}

bool data_switch::send(consumer& to, association& on, net::sctp_ppid ppid,
                       const net::shared_octets& octets, net::time_point now) {
  switch (stack_.send(on.id, to.stream, ppid, octets, to.is.reliability, now)) {
    case net::sctp_send_result::would_block:
      return false;
    case net::sctp_send_result::refused:
      drop(to);
      return true;
    case net::sctp_send_result::sent:
      break;
  }
  ++to.stats.messages_sent;
  to.stats.bytes_sent += octets->size();
  ++totals_.messages_sent;
  totals_.octets_sent += octets->size();
  return true;
}

void data_switch::drop(consumer& to) {
  ++to.stats.messages_dropped;
  ++totals_.messages_dropped;
}

void data_switch::enqueue(consumer& to, association& on, const data_message& x,
                          net::time_point now) {
  if (to.queue.empty())
    on.waiting.push_back(to.is.key);
  to.queue.push_back({x.ppid, x.octets, now});
  to.queued += weight(x.octets);
  on.backlog->octets += weight(x.octets);
  if (to.queued > limits_.buffer_octets && !to.over_since) {
    to.over_since = now;
    over_limit_.push_back(to.is.key);
  }
  note_more(to);
  // All consumers of a slow client together may queue no more than one of them
  // may. End one at a time: dropping its queue may be enough.
  if (to.queued > 2 * limits_.buffer_octets
      || (on.backlog->octets > 2 * limits_.buffer_octets && too_slow_.empty()))
    too_slow_.push_back(to.is.key);
}

// The newest message is worth the most: drop the oldest for it.
void data_switch::enqueue_unreliable(consumer& to, association& on,
                                     const data_message& x,
                                     net::time_point now) {
  if (on.backlog->octets + weight(x.octets) > limits_.buffer_octets) {
    drop(to);
    return;
  }
  enqueue(to, on, x, now);
  while (to.queue.size() > 1 && to.queued > limits_.unreliable_octets) {
    take_oldest(to, on);
    drop(to);
  }
}

data_switch::waiting_message data_switch::take_oldest(consumer& to,
                                                      association& on) {
  auto out = std::move(to.queue.front());
  to.queue.pop_front();
  to.queued -= weight(out.octets);
  on.backlog->octets -= weight(out.octets);
  if (to.queued <= limits_.buffer_octets)
    to.over_since.reset();
  return out;
}

size_t data_switch::buffered(const consumer& x) const {
  auto out = x.queued - x.queue.size() * message_overhead;
  if (x.is.on)
    if (const auto* on = find(*x.is.on))
      out += stack_.buffered_octets(on->id, x.stream);
  return out;
}

void data_switch::note_more(consumer& x) {
  if (!x.low_threshold || x.above || buffered(x) <= *x.low_threshold)
    return;
  x.above = true;
  above_.push_back(x.is.key);
}

void data_switch::note_less() {
  std::erase_if(above_, [this](data_consumer_key which) {
    auto& x = *consumers_.at(which);
    const auto now = buffered(x);
    if (now > *x.low_threshold)
      return false;
    x.above = false;
    events_.emplace_back(data_buffered_low{which, static_cast<uint32_t>(now)});
    return true;
  });
}

void data_switch::send_waiting(association& on, size_t& budget,
                               net::time_point now) {
  on.output_listed = false;
  while (!on.waiting.empty()) {
    if (budget == 0)
      return list_output(on);
    auto* to = consumers_.at(on.waiting.front()).get();
    const auto& next = to->queue.front();
    const auto cost = cost_of(next.octets);
    if (is_late(*to, next, now))
      drop(*to);
    else if (!send(*to, on, next.ppid, next.octets, now))
      return; // until the stack is writable again
    budget -= std::min(budget, cost);
    take_oldest(*to, on);
    on.waiting.pop_front();
    if (!to->queue.empty())
      on.waiting.push_back(to->is.key);
  }
}

// Whether the message's lifetime passed while it waited.
bool data_switch::is_late(const consumer& to, const waiting_message& x,
                          net::time_point now) {
  const auto lifetime = to.is.reliability.max_packet_lifetime_ms;
  return lifetime && now - x.since > std::chrono::milliseconds{*lifetime};
}

} // namespace troupe::actors
