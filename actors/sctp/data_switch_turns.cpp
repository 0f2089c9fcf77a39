#include "actors/sctp/data_switch.hpp"

#include <algorithm>

/// Decides which sender or receiver of a switch works next, and for how long.
namespace troupe::actors {

// -- the list of turns --------------------------------------------------------

void data_switch::handle_records(transport_key which, data_records records,
                                 std::shared_ptr<in_flight_gauge> gauge) {
  auto* on = find(which);
  if (!on) {
    for (const auto& x : records)
      if (gauge)
        gauge->leave(waiting_octets(x));
    return;
  }
  on->gauge = std::move(gauge);
  for (auto& x : records)
    on->inbox.push(std::move(x));
  list_input(*on);
}

void data_switch::list_input(association& on) {
  if (!std::exchange(on.input_listed, true))
    turns_.push_back({turn::kind::input, static_cast<uint64_t>(on.key)});
}

void data_switch::list_output(association& on) {
  if (!std::exchange(on.output_listed, true))
    turns_.push_back({turn::kind::output, static_cast<uint64_t>(on.key)});
}

void data_switch::list(producer& direct) {
  if (!std::exchange(direct.listed, true))
    turns_.push_back(
        {turn::kind::direct, static_cast<uint64_t>(direct.is.key)});
}

// -- a turn -------------------------------------------------------------------

bool data_switch::do_work(size_t budget, net::time_point now,
                          const std::function<bool()>& is_time_up) {
  while (budget > 0 && !turns_.empty()) {
    const auto next = turns_.front();
    turns_.pop_front();
    const auto share = std::min(budget, quantum);
    auto left = share;
    take_turn(next, left, now);
    // A turn without any work costs something, too.
    budget -= std::max<size_t>(share - left, 1);
    if (is_time_up && is_time_up())
      break;
  }
  drain(now);
  return !turns_.empty();
}

void data_switch::take_turn(const turn& x, size_t& budget,
                            net::time_point now) {
  if (x.what == turn::kind::direct) {
    const auto i = producers_.find(data_producer_key{x.key});
    if (i != producers_.end())
      take_direct(*i->second, budget, now);
  } else if (auto* on = find_even_closing(transport_key{x.key})) {
    if (x.what == turn::kind::input)
      take_input(*on, budget, now);
    else
      send_waiting(*on, budget, now);
  }
}

void data_switch::take_input(association& on, size_t& budget,
                             net::time_point now) {
  while (budget > 0) {
    if (!on.arrived.empty()) {
      if (!handle(on, on.arrived.front(), budget, now))
        break;
      on.arrived.pop();
      continue;
    }
    const auto next = on.inbox.pop();
    if (!next)
      break;
    --budget;
    if (const auto* record = std::get_if<std::vector<uint8_t>>(&*next))
      handle_record(on, *record, now);
    else if (const auto* x = std::get_if<producer_removal>(&*next))
      finish(x->producer, now);
    else
      return finish(on, now); // `on` is destroyed
  }
  on.input_listed = false;
  if (!on.arrived.empty() || !on.inbox.empty())
    list_input(on);
}

void data_switch::take_direct(producer& direct, size_t& budget,
                              net::time_point now) {
  while (budget > 0 && !direct.direct_messages.empty()) {
    const auto& x = direct.direct_messages.front();
    if (!deliver(direct, x, budget, now))
      break;
    direct.direct_octets -= x.octets->size() + message_overhead;
    direct.direct_messages.pop();
    if (direct.is.reports_taken && direct.taken++ == 0)
      taken_.push_back(direct.is.key);
  }
  direct.listed = false;
  if (!direct.direct_messages.empty())
    list(direct);
  else if (direct.leaving)
    finish(direct.is.key, now);
}

bool data_switch::handle(association& on, const arrival& x, size_t& budget,
                         net::time_point now) {
  if (const auto* message = std::get_if<producer_message>(&x)) {
    const auto from = producers_.find(message->producer);
    return from == producers_.end()
           || deliver(*from->second, message->message, budget, now);
  }
  --budget;
  handle_stream_reset(on, std::get<net::sctp_stream_reset>(x).stream, now);
  return true;
}

void data_switch::handle_record(association& on,
                                const std::vector<uint8_t>& octets,
                                net::time_point now) {
  if (on.gauge)
    on.gauge->leave(waiting_octets(octets));
  on.octets_received += octets.size();
  stack_.handle_record(on.id, octets, now);
  collect(now);
}

// -- output of the stack ------------------------------------------------------

void data_switch::drain(net::time_point now) {
  collect(now);
  note_less();
  gather_packets();
}

void data_switch::collect(net::time_point now) {
  while (auto x = stack_.poll_message())
    handle(*x);
  while (auto x = stack_.poll_event())
    handle(*x, now);
}

void data_switch::gather_packets() {
  while (auto x = stack_.poll_packet()) {
    auto* on = find(x->association);
    if (!on)
      continue;
    on->octets_sent += x->octets.size();
    if (on->records.empty())
      sending_.push_back(on->key);
    on->records.push_back(std::move(x->octets));
  }
}

void data_switch::handle(net::sctp_message& x) {
  auto* on = find(x.association);
  if (!on)
    return;
  const auto i = on->producers.find(x.stream);
  if (i == on->producers.end())
    return;
  on->arrived.push(producer_message{i->second, {x.ppid, std::move(x.octets)}});
  list_input(*on);
}

void data_switch::handle(net::sctp_event& x, net::time_point now) {
  auto* on = find(x.association);
  if (!on)
    return;
  if (const auto* change = std::get_if<net::sctp_state_change>(&x.what)) {
    events_.emplace_back(switch_state_changed{on->key, change->state});
    if (change->state == net::sctp_state::closed
        || change->state == net::sctp_state::failed)
      end_consumers(*on, now);
  } else if (const auto* reset = std::get_if<net::sctp_stream_reset>(&x.what)) {
    // Queue it behind the stream's last messages.
    on->arrived.push(*reset);
    list_input(*on);
  } else if (auto* opened = std::get_if<net::sctp_channel_opened>(&x.what)) {
    events_.emplace_back(switch_channel_opened{on->key, std::move(*opened)});
  } else if (std::holds_alternative<net::sctp_writable>(x.what)) {
    list_output(*on);
  }
}

// The stack has already reset our direction of the stream.
void data_switch::handle_stream_reset(association& on,
                                      net::sctp_stream_id stream,
                                      net::time_point now) {
  if (const auto i = on.consumers.find(stream); i != on.consumers.end())
    end(i->second, data_end_reason::closed_by_client, now);
  const auto i = on.producers.find(stream);
  if (i == on.producers.end())
    return;
  const auto which = i->second;
  on.producers.erase(i);
  if (const auto from = producers_.find(which); from != producers_.end()) {
    from->second->ended = true;
    events_.emplace_back(data_producer_ended{which});
  }
}

} // namespace troupe::actors
