#include "actors/base/log.hpp"
#include "actors/peer/peer_state.hpp"

/// Finds out which of a client's transports send and which receive, if the
/// client does not say so. The first choice is a guess; what the client does
/// with its transports then shows it, and streams on the wrong one are moved.
namespace troupe::actors {

using protocol::direction;

namespace {

bool undirected(const transport_entry& x) {
  return !x.direction;
}

} // namespace

transport_entry*
peer_state::choose_to_connect(const verb::connect_transport& x) {
  if (x.transport)
    return find_transport(*x.transport);
  return first_transport([&](const transport_entry& entry) {
    return !entry.connected && (!x.direction || entry.direction == x.direction);
  });
}

transport_entry*
peer_state::choose_to_send(const std::optional<transport_id>& which) {
  if (which)
    return find_transport(*which);
  // Of several, the client means the one that it connected last.
  for (auto connected : {true, false})
    if (auto* named = last_transport([&](const auto& x) {
          return x.direction == direction::send && x.connected == connected;
        }))
      return named;
  if (auto* seen = first_transport(
          [](const auto& x) { return undirected(x) && x.sends; }))
    return seen;
  if (auto* free = first_transport([this](const auto& x) {
        return undirected(x) && !has_any(consumers, x.id);
      }))
    return free;
  return transports.empty() ? nullptr : &transports.front();
}

transport_entry*
peer_state::choose_to_receive(const std::optional<transport_id>& which) {
  if (which)
    return find_transport(*which);
  if (auto* named = last_transport(
          [](const auto& x) { return x.direction == direction::recv; }))
    return named;
  if (auto* free = last_transport([this](const auto& x) {
        return undirected(x) && !x.sends && !has_any(producers, x.id);
      }))
    return free;
  return transports.empty() ? nullptr : &transports.back();
}

void peer_state::note_use(const transport_in_use& x) {
  auto* entry = find_transport(x.transport);
  if (!entry)
    return;
  entry->reached = true;
  entry->sends |= x.sends;
  settle_directions();
}

void peer_state::settle_directions() {
  auto* sender =
      first_transport([](const auto& x) { return undirected(x) && x.sends; });
  if (sender)
    for (auto& x : producers)
      if (const auto* on = find_transport(x.transport);
          x.route && !on->sends && undirected(*on))
        move(x, *sender);
  for (auto& x : consumers) {
    if (!x.route)
      continue;
    const auto& on = *find_transport(x.transport);
    if (!undirected(on))
      continue;
    if (auto* better = find_receiver(on))
      move(x, *better);
  }
}

transport_entry* peer_state::find_receiver(const transport_entry& now) {
  // Received media is proof; a producer that was placed there is likely.
  auto sends = [this](const transport_entry& x) {
    return x.sends || has_any(producers, x.id);
  };
  if (sends(now))
    return last_transport([&](const auto& x) {
      return undirected(x) && !x.sends && (now.sends || !sends(x));
    });
  if (now.reached)
    return nullptr;
  return last_transport(
      [&](const auto& x) { return undirected(x) && x.reached && !sends(x); });
}

void peer_state::move(producer_record& x, transport_entry& to) {
  self->send(find_transport(x.transport)->actor,
             remove_transport_producer{x.id});
  x.transport = to.id;
  self->send(x.actor,
             move_producer{caf::actor_cast<rtcp_sender_actor>(to.actor)});
  self->request(to.actor, timeout(), *x.route)
      .then([](const done&) {},
            [this, which = x.id](const caf::error&) {
              if (find_record(producers, which))
                close(which);
            });
  note_move(x.id.str(), to);
}

void peer_state::move(consumer_record& x, transport_entry& to) {
  auto& from = *find_transport(x.transport);
  self->send(from.actor, remove_transport_consumer{x.id});
  x.transport = to.id;
  // The consumer keeps its MID: later ones on this transport must differ.
  to.next_mid = std::max(to.next_mid, from.next_mid);
  self->send(to.actor, *x.route);
  // Send it through the consumer's actor: the shard would not know the consumer
  // yet if this overtook the message that adds it.
  self->send(x.actor, move_consumer{transport_key{to.actor->id()}});
  note_move(x.id.str(), to);
}

void peer_state::note_move(const std::string& what,
                           const transport_entry& to) const {
  log::event(log::level::debug, "direction-learnt",
             {{"room", room_name.str()},
              {"peer", id.str()},
              {"stream", what},
              {"transport", to.id.str()}});
}

} // namespace troupe::actors
