#include "actors/peer/transport_directions.hpp"

#include "protocol/verbs/error.hpp"

namespace troupe::actors {

using protocol::direction;
using protocol::error_code;

namespace {

bool undirected(const transport_record& x) {
  return !x.direction;
}

// The newest transport, or null.
transport_record* newest(transport_table& all) {
  return all.empty() ? nullptr : &*std::prev(all.end());
}

// The oldest record that fits for sending and the newest for receiving, or
// null.
template <class Fits>
transport_record* first_or_last(transport_table& all, direction way,
                                Fits fits) {
  transport_record* out = nullptr;
  for (auto& x : all)
    if (fits(x) && (!out || way == direction::recv))
      out = &x;
  return out;
}

} // namespace

transport_record* transport_directions::choose_to_connect(
    const std::optional<transport_id>& which,
    std::optional<direction> way) const {
  if (which)
    return transports_.find(*which);
  return transports_.first([&](const auto& x) {
    return !x.connected && (!way || x.direction == way);
  });
}

transport_record* transport_directions::choose_to_send(
    const std::optional<transport_id>& which) const {
  if (which)
    return transports_.find(*which);
  // Of several, the client means the one that it connected last.
  for (auto connected : {true, false})
    if (auto* named = transports_.last([&](const auto& x) {
          return x.direction == direction::send && x.connected == connected;
        }))
      return named;
  if (auto* seen = transports_.first(
          [](const auto& x) { return undirected(x) && x.sends; }))
    return seen;
  if (auto* free = transports_.first([this](const auto& x) {
        return undirected(x) && !media_.consumers().has_any_on(x.id);
      }))
    return free;
  return transports_.empty() ? nullptr : &*transports_.begin();
}

transport_record* transport_directions::choose_to_receive(
    const std::optional<transport_id>& which) const {
  if (which)
    return transports_.find(*which);
  if (auto* named = transports_.last(
          [](const auto& x) { return x.direction == direction::recv; }))
    return named;
  if (auto* free = transports_.last([this](const auto& x) {
        return undirected(x) && !x.sends
               && !media_.producers().has_any_on(x.id);
      }))
    return free;
  return newest(transports_);
}

std::variant<transport_record*, protocol::error>
transport_directions::choose_for_data(const std::optional<transport_id>& which,
                                      direction way) const {
  auto carries = [](const transport_record& x) {
    return x.sctp;
  };
  transport_record* out = nullptr;
  if (which) {
    out = transports_.find(*which);
    if (!out)
      return protocol::make_error(error_code::transport_not_found);
  } else {
    out = first_or_last(transports_, way, [&](const auto& x) {
      return x.sctp && x.direction == way;
    });
    if (!out)
      out = first_or_last(transports_, way, carries);
    if (!out && transports_.empty())
      return protocol::make_error(error_code::transport_not_found);
  }
  if (!out || !out->sctp)
    return protocol::error{error_code::unsupported,
                           "The transport has no SCTP (enableSctp)"};
  return out;
}

std::vector<transport_record*>
transport_directions::note_connect(transport_record& chosen, bool by_id) {
  std::vector<transport_record*> others;
  auto guessed = !by_id && undirected(chosen);
  if (guessed)
    for (auto& x : transports_)
      if (x.id != chosen.id && undirected(x) && !x.named) {
        x.guessed = true;
        others.push_back(&x);
      }
  guessed |= chosen.guessed && !chosen.connected;
  chosen.guessed = guessed;
  chosen.named |= !guessed;
  chosen.connected = true;
  return others;
}

bool transport_directions::note_use(const transport_id& which, bool sends) {
  auto* found = transports_.find(which);
  if (!found)
    return false;
  found->reached = true;
  found->sends |= sends;
  return true;
}

transport_directions::moves transport_directions::settle() {
  moves out;
  auto* sender =
      transports_.first([](const auto& x) { return undirected(x) && x.sends; });
  if (sender)
    for (const auto& x : media_.producers())
      if (const auto* on = transports_.find(x.transport);
          x.route && !on->sends && undirected(*on))
        out.producers.push_back({x.id, on->id, sender->id});
  for (const auto& x : out.producers)
    media_.find(x.what)->transport = x.to;
  for (const auto& x : media_.consumers()) {
    if (!x.route)
      continue;
    auto& on = *transports_.find(x.transport);
    if (!undirected(on))
      continue;
    auto* better = find_receiver(on);
    if (!better)
      continue;
    // The consumer keeps its MID: later ones on this transport must differ.
    better->next_mid = std::max(better->next_mid, on.next_mid);
    out.consumers.push_back({x.id, on.id, better->id});
  }
  for (const auto& x : out.consumers)
    media_.find(x.what)->transport = x.to;
  return out;
}

transport_record*
transport_directions::find_receiver(const transport_record& now) const {
  // Received media is proof; a producer that was placed there is likely.
  auto sends = [this](const transport_record& x) {
    return x.sends || media_.producers().has_any_on(x.id);
  };
  if (sends(now))
    return transports_.last([&](const auto& x) {
      return undirected(x) && !x.sends && (now.sends || !sends(x));
    });
  if (now.reached)
    return nullptr;
  return transports_.last(
      [&](const auto& x) { return undirected(x) && x.reached && !sends(x); });
}

} // namespace troupe::actors
