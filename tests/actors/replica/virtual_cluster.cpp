#include "tests/actors/replica/virtual_cluster.hpp"

#include <algorithm>

namespace troupe::test {

using namespace actors;

virtual_cluster::virtual_cluster(size_t nodes, uint64_t seed)
    : random_(seed)
    , nodes_(nodes)
    , links_(nodes * nodes)
    , ends_(nodes * nodes) {
  for (auto& x : links_)
    x.delay = static_cast<int64_t>(draw(8)) * step_ms;
  for (size_t i = 0; i < nodes; ++i) {
    nodes_[i].skew_ms = static_cast<int64_t>(draw(1'000)) - 500;
    start(i);
  }
}

void virtual_cluster::start(size_t which) {
  auto& x = at(which);
  x.incarnation = (random_() << 8) + which + 1;
  x.running = true;
  x.opening = 0;
  x.clock = std::make_unique<hybrid_clock>(x.incarnation);
  for (size_t i = 0; i < size(); ++i)
    end_of(which, i) = {};
  open_room(which);
}

void virtual_cluster::open_room(size_t which) {
  auto& x = at(which);
  union_settings settings;
  settings.grace = std::chrono::milliseconds{grace_ms};
  x.replica =
      std::make_unique<room>(part_epoch{x.incarnation, ++x.opening}, settings);
  x.client = {};
  x.dismissed.clear();
}

void virtual_cluster::kill(size_t which) {
  at(which).running = false;
  for (size_t i = 0; i < size(); ++i)
    if (i != which && link_of(i, which).up)
      disconnect(i, which, true);
}

void virtual_cluster::reopen(size_t which, bool tell) {
  open_room(which);
  for (size_t i = 0; i < size(); ++i) {
    if (i == which || !link_of(i, which).up)
      continue;
    if (tell)
      send(which, i, hello{false});
    end_of(which, i).sent.reset();
    at(which).replica->attach(at(i).incarnation);
  }
}

void virtual_cluster::set_cut(size_t a, size_t b, bool cut) {
  link_of(a, b).cut = cut;
  if (cut && link_of(a, b).up)
    disconnect(a, b, false);
}

void virtual_cluster::reset(size_t a, size_t b) {
  if (link_of(a, b).up)
    disconnect(a, b, false);
}

void virtual_cluster::disconnect(size_t a, size_t b, bool died) {
  auto& x = link_of(a, b);
  x.up = false;
  x.retry_at = now_ms_ + static_cast<int64_t>(draw(500));
  for (auto [me, other] : {std::pair{a, b}, std::pair{b, a}}) {
    auto& mine = end_of(me, other);
    mine.inbox.clear();
    mine.sent.reset();
    mine.broken_at = now_ms_;
    mine.dead_at = now_ms_ + (died && draw(2) ? step_ms : timeout_ms);
    if (at(me).running)
      at(me).replica->suspect(mine.known);
  }
}

void virtual_cluster::connect(size_t a, size_t b) {
  auto& x = link_of(a, b);
  if (x.up || x.cut || !at(a).running || !at(b).running || now_ms_ < x.retry_at)
    return;
  x.up = true;
  meet(a, b);
  meet(b, a);
}

void virtual_cluster::meet(size_t me, size_t other) {
  auto& mine = end_of(me, other);
  auto& x = *at(me).replica;
  const auto incarnation = at(other).incarnation;
  if (mine.known != 0 && mine.known != incarnation)
    x.handle_dead(mine.known, now());
  else if (mine.known != 0)
    ++tally.returns;
  mine.known = incarnation;
  mine.last_due = now_ms_;
  x.attach(incarnation);
  // A few messages of the old connection come again.
  if (repeated > 0)
    for (auto& again : mine.recent)
      mine.inbox.push_back({now_ms_, again});
  mine.recent.clear();
}

// Declares a node dead after the timeout.
void virtual_cluster::watch(size_t me, size_t other) {
  auto& mine = end_of(me, other);
  if (mine.known == 0 || link_of(me, other).up || now_ms_ < mine.dead_at)
    return;
  at(me).replica->handle_dead(mine.known, now());
  mine.known = 0;
  ++tally.deaths;
}

void virtual_cluster::send(size_t from, size_t to, message what) {
  auto& x = end_of(to, from);
  if (draw(100) < lost) {
    ++tally.dropped;
    return;
  }
  x.last_due = std::max(x.last_due, now_ms_ + link_of(from, to).delay);
  if (draw(100) < repeated) {
    ++tally.repeated;
    x.recent.push_back(what);
    if (x.recent.size() > 4)
      x.recent.pop_front();
    if (draw(2))
      x.inbox.push_back({x.last_due, x.recent.front()});
  }
  x.inbox.push_back({x.last_due, std::move(what)});
}

void virtual_cluster::send_part(size_t from, size_t to,
                                const part_position& after) {
  const auto& own = at(from).replica->own();
  auto& sent = end_of(from, to).sent;
  sent = after;
  do {
    auto delta = own.poll_delta(*sent, message_size);
    if (!delta) {
      ++tally.snapshots;
      for (auto& piece : own.snapshot(message_size))
        send(from, to, std::move(piece));
      sent = own.position();
      return;
    }
    sent->seq += delta->changes.size();
    send(from, to, std::move(*delta));
  } while (*sent != own.position());
}

// What a node sends to another without being asked.
void virtual_cluster::talk(size_t from, size_t to) {
  const auto& x = *at(from).replica;
  const auto& mine = end_of(from, to);
  const auto position = x.own().position();
  if (mine.sent && *mine.sent != position)
    send_part(from, to, *mine.sent);
  if (now_ms_ % 500 == 0) {
    send(from, to, hello{});
    send(from, to, part_delta<payload>{position.epoch, position.seq, {}});
  }
  if (now_ms_ % 200 == 0)
    if (auto after = x.wanted_from(mine.known))
      send(from, to, ask{*after});
}

void virtual_cluster::receive(size_t me, size_t other) {
  auto& inbox = end_of(me, other).inbox;
  while (!inbox.empty() && inbox.front().due <= now_ms_) {
    auto what = std::move(inbox.front().what);
    inbox.pop_front();
    handle(me, other, std::move(what));
  }
}

void virtual_cluster::handle(size_t me, size_t other, message what) {
  auto& x = at(me);
  const auto from = end_of(me, other).known;
  const auto note = [this](part_outcome y) {
    ++tally.outcomes[static_cast<size_t>(y)];
  };
  if (const auto* said = std::get_if<hello>(&what)) {
    if (!said->has_room)
      x.replica->handle_closed(from);
    else if (!x.replica->is_attached(from))
      x.replica->attach(from);
  } else if (const auto* asked = std::get_if<ask>(&what)) {
    send_part(me, other, asked->after);
  } else if (auto* delta = std::get_if<part_delta<payload>>(&what)) {
    note(x.replica->handle_delta(from, std::move(*delta), *x.clock,
                                 wall_of(me)));
  } else {
    note(x.replica->handle_snapshot(
        from, std::get<part_snapshot<payload>>(std::move(what)), *x.clock,
        wall_of(me)));
  }
}

void virtual_cluster::drain(size_t which) {
  auto& x = at(which);
  for (const auto& gone : x.dismissed)
    if (auto i = x.replica->own().entries().find(gone.key);
        i && i->since == gone.since)
      x.replica->remove(gone.key);
  x.dismissed.clear();
  while (auto event = x.replica->poll_event()) {
    ++tally.events;
    x.client.handle(*event);
    if (event->kind == union_change::replaced)
      ++tally.replaced;
    else if (event->kind == union_change::id_taken)
      ++tally.ids_taken;
    else
      continue;
    x.dismissed.push_back(*event->what);
  }
  if (error.empty() && !x.client.error.empty())
    error = "node " + std::to_string(which) + ": " + x.client.error;
}

void virtual_cluster::tick() {
  now_ms_ += step_ms;
  for (size_t i = 0; i < size(); ++i)
    for (size_t j = i + 1; j < size(); ++j)
      connect(i, j);
  for (size_t i = 0; i < size(); ++i) {
    auto& x = at(i);
    if (!x.running)
      continue;
    for (size_t j = 0; j < size(); ++j) {
      if (i == j)
        continue;
      if (link_of(i, j).up) {
        receive(i, j);
        talk(i, j);
      } else {
        watch(i, j);
      }
    }
    if (auto due = x.replica->poll_timeout(); due && *due <= now())
      x.replica->handle_timeout(now());
    drain(i);
  }
}

void virtual_cluster::run_for(int64_t ms) {
  for (const auto until = now_ms_ + ms; now_ms_ < until && error.empty();)
    tick();
}

} // namespace troupe::test
