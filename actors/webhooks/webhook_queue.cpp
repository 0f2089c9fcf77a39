#include "actors/webhooks/webhook_queue.hpp"

#include <algorithm>

namespace troupe::actors {

std::string_view to_string(webhook_loss x) {
  switch (x) {
    case webhook_loss::full:
      return "full";
    case webhook_loss::gave_up:
      return "gave_up";
    case webhook_loss::refused:
      return "refused";
  }
  return "invalid";
}

void webhook_queue::handle_event(webhook_message x, net::time_point now) {
  if (!make_place(x.priority, now))
    return note_loss(std::move(x), webhook_loss::full);
  const auto number = ++last_number_;
  auto [i, added] = lines_.try_emplace(x.room);
  i->second.numbers.insert(number);
  if (added)
    schedule(x.room, now);
  waiting(x.priority).insert(number);
  entries_.emplace(number,
                   entry{std::move(x), now, std::exchange(dropped_, 0)});
}

bool webhook_queue::make_place(webhook_priority x, net::time_point now) {
  using enum webhook_priority;
  if (x == lasting)
    return waiting(lasting).size() < limits_.lasting;
  const auto count = waiting(minor).size() + waiting(major).size();
  if (count < limits_.events)
    return true;
  auto& from = waiting(minor).empty() ? waiting(major) : waiting(minor);
  // A new event of members or tracks goes before those of whole rooms.
  if (from.empty() || (x == minor && &from == &waiting(major)))
    return false;
  end(entries_.find(*from.begin()), webhook_loss::full, now);
  return true;
}

void webhook_queue::handle_result(uint64_t number, webhook_result how,
                                  net::time_point now) {
  const auto i = entries_.find(number);
  if (i == entries_.end() || !i->second.under_way)
    return;
  --under_way_;
  auto& x = i->second;
  x.under_way = false;
  ++x.tries;
  if (how == webhook_result::delivered)
    return end(i, std::nullopt, now);
  if (how == webhook_result::refused)
    return end(i, webhook_loss::refused, now);
  const auto lasting = x.event.priority == webhook_priority::lasting;
  if (x.tries >= limits_.tries && !lasting)
    return end(i, webhook_loss::gave_up, now);
  waiting(x.event.priority).insert(number);
  schedule(x.event.room, now + pause_after(x.tries));
}

std::optional<webhook_attempt>
webhook_queue::poll_attempt(net::time_point now) {
  if (under_way_ >= limits_.parallel || due_.empty()
      || due_.begin()->first > now)
    return std::nullopt;
  const auto& room = due_.begin()->second;
  const auto number = *lines_.at(room).numbers.begin();
  due_.erase(due_.begin());
  auto& x = entries_.at(number);
  x.under_way = true;
  ++under_way_;
  waiting(x.event.priority).erase(number);
  return webhook_attempt{number, x.event.id, x.event.room,
                         add_num_dropped(x.event.body, x.num_dropped)};
}

std::optional<webhook_end> webhook_queue::poll_end() {
  if (ends_.empty())
    return std::nullopt;
  auto out = std::move(ends_.front());
  ends_.pop_front();
  return out;
}

std::optional<net::time_point> webhook_queue::poll_timeout() const {
  if (due_.empty() || under_way_ >= limits_.parallel)
    return std::nullopt;
  return due_.begin()->first;
}

std::optional<net::time_point> webhook_queue::oldest() const {
  if (entries_.empty())
    return std::nullopt;
  return entries_.begin()->second.since;
}

void webhook_queue::end(entry_map::iterator i, std::optional<webhook_loss> loss,
                        net::time_point now) {
  const auto number = i->first;
  auto x = std::move(i->second);
  entries_.erase(i);
  waiting(x.event.priority).erase(number);
  const auto found = lines_.find(x.event.room);
  auto& mine = found->second;
  const auto first = *mine.numbers.begin() == number;
  mine.numbers.erase(number);
  if (mine.numbers.empty()) {
    due_.erase({mine.due, x.event.room});
    lines_.erase(found);
  } else if (first && loss != webhook_loss::full) {
    // What was given up for lack of space has not been tried: the room waits
    // for as long as before.
    schedule(x.event.room, now);
  }
  if (!loss) {
    ends_.push_back({std::move(x.event), {}});
    return;
  }
  dropped_ += x.num_dropped;
  note_loss(std::move(x.event), *loss);
}

void webhook_queue::note_loss(webhook_message event, webhook_loss loss) {
  ++dropped_;
  ends_.push_back({std::move(event), loss});
}

void webhook_queue::schedule(const std::string& room, net::time_point due) {
  auto& x = lines_.at(room);
  due_.erase({x.due, room});
  x.due = due;
  due_.emplace(due, room);
}

net::duration webhook_queue::pause_after(uint32_t tries) {
  constexpr uint32_t most_doublings = 7; // 64 s
  const net::duration doubled =
      first_pause * (1u << std::min(tries - 1, most_doublings));
  const auto pause = std::min<net::duration>(doubled, longest_pause);
  return pause * (750 + random_.below(501)) / 1'000;
}

} // namespace troupe::actors
