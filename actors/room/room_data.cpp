#include "actors/base/caf_error.hpp"
#include "actors/room/room_state.hpp"

/// The data channels of a room.
namespace troupe::actors {

caf::result<data_producer_entry> room_state::find(const find_data_producer& x) {
  const auto* who = sender();
  if (!who)
    return to_caf(protocol::make_error(error_code::not_joined));
  audience.catch_up(self, *who);
  const auto* found = x.producer ? data.find(*x.producer)
                                 : data.next_for(*who, x.except, false);
  if (!found && !x.producer && x.own_if_alone && people.size() == 1)
    found = data.next_for(*who, x.except, true);
  if (found)
    return *found;
  return to_caf(protocol::make_error(x.producer
                                         ? error_code::data_producer_not_found
                                         : error_code::no_producer));
}

caf::result<reply::data_producers> room_state::list_data() {
  const auto* who = sender();
  if (!who)
    return to_caf(protocol::make_error(error_code::not_joined));
  audience.catch_up(self, *who);
  return reply::data_producers{data.others(*who)};
}

void room_state::publish(data_producer_published& x) {
  const auto* who = sender();
  if (!who)
    return;
  x.entry.info.peer = *who;
  auto info = x.entry.info;
  if (x.entry.for_server)
    return add_bot(x.entry);
  if (!data.publish(std::move(x.entry)))
    return;
  audience.notify_others(event::data_producer_added{info}, info.peer);
}

void room_state::withdraw(const data_producer_id& gone) {
  if (auto info = data.withdraw(gone))
    audience.notify_others(event::data_producer_closed{info->id, info->peer},
                           info->peer);
}

bool room_state::sender_owns(const data_producer_id& which) const {
  const auto* entry = data.find(which);
  const auto* who = sender();
  return entry && who && entry->info.peer == *who;
}

void room_state::remove_data_of(const peer_id& who) {
  for (const auto& gone : data.remove(who))
    audience.notify_others(event::data_producer_closed{gone, who}, who);
  std::erase_if(server.bots, [&](const auto& x) { return x.peer == who; });
}

} // namespace troupe::actors
