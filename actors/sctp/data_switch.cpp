#include "actors/sctp/data_switch.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

using protocol::error_code;

namespace {

template <class Map, class Key>
auto* find_in(Map& map, Key which) {
  const auto i = map.find(which);
  return i == map.end() ? nullptr : i->second.get();
}

// Elements behind `gone` move up; `next` still refers to the same element.
template <class T>
void remove_from(std::vector<T*>& all, const T* gone,
                 std::optional<size_t>& next) {
  const auto i = std::ranges::find(all, gone);
  if (i == all.end())
    return;
  if (next && i - all.begin() < static_cast<std::ptrdiff_t>(*next))
    --*next;
  all.erase(i);
}

} // namespace

std::string_view to_string(data_end_reason x) {
  switch (x) {
    case data_end_reason::closed_by_client:
      return "closed-by-client";
    case data_end_reason::association_closed:
      return "association-closed";
    case data_end_reason::too_slow:
      return "too-slow";
    case data_end_reason::producer_gone:
      return "producer-gone";
  }
  return "invalid";
}

data_switch::data_switch(const data_limits& limits) : limits_(limits) {}

// -- associations -------------------------------------------------------------

void data_switch::open(transport_key which,
                       std::shared_ptr<data_backlog> backlog) {
  if (find_even_closing(which))
    return;
  auto x = std::make_unique<association>();
  x->key = which;
  x->id = stack_.open();
  x->backlog = backlog ? std::move(backlog) : std::make_shared<data_backlog>();
  by_id_.emplace(x->id, x.get());
  associations_.emplace(which, std::move(x));
}

void data_switch::close(transport_key which, net::time_point now) {
  auto* x = find(which);
  if (!x)
    return;
  end_consumers(*x, now);
  x->closing = true;
  if (x->input_listed)
    x->inbox.push(association_end{});
  else
    finish(*x, now);
}

void data_switch::finish(association& x, net::time_point now) {
  const auto which = x.key;
  stack_.close(x.id, now);
  drain(now); // collects the ABORT
  by_id_.erase(x.id);
  // Send these last packets, in case the transport still exists.
  if (!x.records.empty())
    final_records_.push_back({which, std::move(x.records)});
  std::erase(sending_, which);
  associations_.erase(which);
}

data_switch::association* data_switch::find_even_closing(transport_key which) {
  return find_in(associations_, which);
}

data_switch::association* data_switch::find(transport_key which) {
  auto* x = find_in(associations_, which);
  return x && !x->closing ? x : nullptr;
}

const data_switch::association* data_switch::find(transport_key which) const {
  const auto* x = find_in(associations_, which);
  return x && !x->closing ? x : nullptr;
}

data_switch::association*
data_switch::find(const std::optional<transport_key>& which) {
  return which ? find(*which) : nullptr;
}

data_switch::association*
data_switch::find(net::sctp_association_id which) const {
  const auto i = by_id_.find(which);
  return i == by_id_.end() ? nullptr : i->second;
}

// -- producers ----------------------------------------------------------------

std::optional<protocol::error>
data_switch::add_producer(const switch_producer& x) {
  if (x.on) {
    auto* on = find(x.on);
    if (!on)
      return protocol::make_error(error_code::transport_not_found);
    if (x.stream >= net::sctp_max_streams)
      return protocol::error{error_code::bad_request,
                             "streamId: must be below 1024"};
    if (!on->producers.emplace(x.stream, x.key).second)
      return protocol::error{error_code::bad_request,
                             "streamId: already in use"};
  }
  auto made = std::make_unique<producer>();
  made->is = x;
  producers_.insert_or_assign(x.key, std::move(made));
  return std::nullopt;
}

void data_switch::remove_producer(data_producer_key which,
                                  net::time_point now) {
  auto* x = find_in(producers_, which);
  if (!x || std::exchange(x->leaving, true) || x->listed)
    return;
  auto* on = x->is.on ? find_even_closing(*x->is.on) : nullptr;
  if (on && on->input_listed)
    return on->inbox.push(producer_removal{which});
  finish(which, now);
  drain(now);
}

void data_switch::finish(data_producer_key which, net::time_point now) {
  const auto i = producers_.find(which);
  if (i == producers_.end())
    return;
  const auto gone = std::move(i->second);
  producers_.erase(i);
  for (auto* x : gone->consumers)
    if (!x->is.on) {
      hand_over(*x);
      end(x->is.key, data_end_reason::producer_gone, now);
    } else if (x->leaving) {
      erase(x->is.key, true, now);
    }
  if (auto* on = find(gone->is.on); on && !gone->ended) {
    on->producers.erase(gone->is.stream);
    stack_.reset_stream(on->id, gone->is.stream, now);
  }
}

void data_switch::set_paused(data_producer_key which, bool paused) {
  auto* x = find_in(producers_, which);
  if (!x || x->is.paused == paused)
    return;
  x->is.paused = paused;
  for (const auto* to : x->consumers)
    events_.emplace_back(data_producer_paused{to->is.key, paused});
}

void data_switch::queue_direct(data_producer_key which, data_message x) {
  auto* from = find_in(producers_, which);
  if (!from || from->leaving)
    return;
  const auto octets = x.octets->size() + message_overhead;
  if (from->direct_octets + octets > limits_.buffer_octets) {
    ++totals_.messages_dropped;
    return;
  }
  from->direct_octets += octets;
  from->direct_messages.push(std::move(x));
  list(*from);
}

// -- consumers ----------------------------------------------------------------

std::variant<data_consumer_added, protocol::error>
data_switch::add_consumer(switch_consumer x) {
  auto* from = find_in(producers_, x.from);
  if (!from)
    return protocol::make_error(error_code::producer_not_found);
  auto made = std::make_unique<consumer>();
  if (x.on) {
    auto* on = find(x.on);
    if (!on)
      return protocol::make_error(error_code::transport_not_found);
    const auto stream = pick_stream(*on);
    if (!stream)
      return protocol::error{error_code::limit_reached,
                             "All streams of the transport are in use"};
    made->stream = *stream;
    on->consumers.emplace(*stream, x.key);
  }
  made->is = std::move(x);
  from->consumers.push_back(made.get());
  const data_consumer_added out{made->stream, from->is.paused};
  consumers_.insert_or_assign(made->is.key, std::move(made));
  return out;
}

std::optional<net::sctp_stream_id>
data_switch::pick_stream(association& on) const {
  for (size_t i = 0; i < net::sctp_max_streams; ++i) {
    const auto x = on.next_stream;
    on.next_stream =
        static_cast<net::sctp_stream_id>((x + 1) % net::sctp_max_streams);
    if (!on.producers.contains(x) && !on.consumers.contains(x)
        && stack_.is_free(on.id, x))
      return x;
  }
  return std::nullopt;
}

void data_switch::remove_consumer(data_consumer_key which,
                                  net::time_point now) {
  auto* x = find_in(consumers_, which);
  if (!x)
    return;
  if (const auto* from = find_in(producers_, x->is.from);
      from && from->leaving) {
    x->leaving = true;
    return;
  }
  erase(which, true, now);
  drain(now);
}

void data_switch::set_paused(data_consumer_key which, bool paused) {
  if (auto* x = find_in(consumers_, which))
    x->is.paused = paused;
}

void data_switch::set_subchannels(data_consumer_key which,
                                  std::vector<subchannel> x) {
  if (auto* to = find_in(consumers_, which))
    to->is.subchannels = std::move(x);
}

void data_switch::set_low_threshold(data_consumer_key which, size_t octets) {
  auto* x = find_in(consumers_, which);
  if (!x)
    return;
  x->low_threshold = octets;
  if (!std::exchange(x->above, true))
    above_.push_back(which);
  note_less();
}

void data_switch::send_to(data_consumer_key which, const data_message& x,
                          net::time_point now) {
  if (auto* to = find_in(consumers_, which)) {
    deliver_to(*to, x, now);
    end_too_slow(now);
    drain(now);
  }
}

// -- ends ---------------------------------------------------------------------

void data_switch::end_too_slow(net::time_point now) {
  for (auto which : std::exchange(too_slow_, {}))
    end(which, data_end_reason::too_slow, now);
}

void data_switch::end(data_consumer_key which, data_end_reason why,
                      net::time_point now) {
  if (!consumers_.contains(which))
    return;
  events_.emplace_back(data_consumer_ended{which, why});
  erase(which, why == data_end_reason::too_slow, now);
}

void data_switch::erase(data_consumer_key which, bool reset,
                        net::time_point now) {
  const auto i = consumers_.find(which);
  if (i == consumers_.end())
    return;
  const auto gone = std::move(i->second);
  consumers_.erase(i);
  if (auto* from = find_in(producers_, gone->is.from))
    remove_from(from->consumers, gone.get(), from->next_consumer);
  std::erase(over_limit_, which);
  std::erase(above_, which);
  auto* on = find(gone->is.on);
  if (!on)
    return;
  on->consumers.erase(gone->stream);
  on->backlog->octets -= gone->queued;
  if (!gone->queue.empty())
    std::erase(on->waiting, which);
  if (reset)
    stack_.reset_stream(on->id, gone->stream, now);
}

void data_switch::end_consumers(association& on, net::time_point now) {
  std::vector<data_consumer_key> all;
  for (const auto& [stream, key] : on.consumers)
    all.push_back(key);
  for (auto key : all)
    end(key, data_end_reason::association_closed, now);
}

// -- timers and output --------------------------------------------------------

void data_switch::handle_timeout(net::time_point now) {
  stack_.handle_timeout(now);
  std::erase_if(over_limit_, [&](auto which) {
    auto* x = find_in(consumers_, which);
    if (!x->over_since)
      return true;
    if (now - *x->over_since >= limits_.buffer_time)
      too_slow_.push_back(which);
    return false;
  });
  end_too_slow(now);
  drain(now);
}

std::optional<net::time_point> data_switch::poll_timeout() const {
  auto out = stack_.poll_timeout();
  for (auto which : over_limit_) {
    const auto* x = find_in(consumers_, which);
    if (!x->over_since)
      continue;
    const auto at = *x->over_since + limits_.buffer_time;
    out = out ? std::min(*out, at) : at;
  }
  return out;
}

std::optional<switch_records> data_switch::poll_records() {
  if (!final_records_.empty()) {
    auto out = std::move(final_records_.front());
    final_records_.pop_front();
    return out;
  }
  if (sending_.empty())
    return std::nullopt;
  auto& on = *find_even_closing(sending_.front());
  sending_.pop_front();
  return switch_records{on.key, std::exchange(on.records, {})};
}

std::optional<switch_event> data_switch::poll_event() {
  if (!events_.empty()) {
    auto out = std::move(events_.front());
    events_.pop_front();
    return out;
  }
  while (!taken_.empty()) {
    const auto which = taken_.front();
    taken_.pop_front();
    if (auto* x = find_in(producers_, which))
      return data_taken{which, std::exchange(x->taken, 0)};
  }
  while (!arrived_.empty()) {
    const auto which = arrived_.front();
    arrived_.pop_front();
    if (auto* x = find_in(consumers_, which); x && !x->arrived.empty()) {
      hand_over(*x);
      return poll_event();
    }
  }
  return std::nullopt;
}

void data_switch::hand_over(consumer& direct) {
  if (!direct.arrived.empty())
    events_.emplace_back(data_arrived{
        direct.is.key, std::make_shared<const std::vector<data_message>>(
                           std::exchange(direct.arrived, {}))});
}

// -- statistics ---------------------------------------------------------------

data_producer_stats data_switch::stats(data_producer_key which) const {
  const auto* x = find_in(producers_, which);
  if (!x)
    return {};
  auto out = x->stats;
  if (x->is.on)
    out.stream = x->is.stream;
  out.open = is_open(x->is.on) && !x->ended;
  out.consumers = x->consumers.size();
  return out;
}

data_consumer_stats data_switch::stats(data_consumer_key which) const {
  const auto* x = find_in(consumers_, which);
  if (!x)
    return {};
  auto out = x->stats;
  out.buffered_amount = buffered(*x);
  if (x->is.on)
    out.stream = x->stream;
  out.open = is_open(x->is.on);
  return out;
}

bool data_switch::is_open(const std::optional<transport_key>& on) const {
  return !on || stats(*on).state == net::sctp_state::connected;
}

sctp_transport_stats data_switch::stats(transport_key which) const {
  const auto* x = find(which);
  if (!x)
    return {};
  return {stack_.state(x->id), x->octets_received, x->octets_sent};
}

} // namespace troupe::actors
