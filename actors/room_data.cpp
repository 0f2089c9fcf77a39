#include "actors/ec.hpp"
#include "actors/room_state.hpp"

/// What a room does about data channels.
namespace troupe::actors {

caf::result<data_producer_entry> room_state::find(const find_data_producer& x) {
  audience.catch_up(self, x.asking);
  const auto* found = x.producer ? data.find(*x.producer)
                                 : data.next_for(x.asking, x.except, false);
  if (!found && !x.producer && x.own_if_alone && people.size() == 1)
    found = data.next_for(x.asking, x.except, true);
  if (found)
    return *found;
  return to_caf(protocol::make_error(x.producer
                                         ? error_code::data_producer_not_found
                                         : error_code::no_producer));
}

void room_state::publish(data_producer_published& x) {
  auto info = x.entry.info;
  if (!speaks_for(info.peer))
    return;
  if (x.entry.for_server)
    return answer_by_bot(x.entry);
  if (!data.publish(std::move(x.entry)))
    return;
  audience.tell_others(event::data_producer_added{info}, info.peer);
}

void room_state::withdraw(const data_producer_id& gone) {
  if (auto info = data.withdraw(gone))
    audience.tell_others(event::data_producer_closed{info->id, info->peer},
                         info->peer);
}

bool room_state::speaks_for(const data_producer_id& which) const {
  const auto* entry = data.find(which);
  return entry && speaks_for(entry->info.peer);
}

void room_state::remove_data_of(const peer_id& who) {
  for (const auto& gone : data.remove(who))
    audience.tell_others(event::data_producer_closed{gone, who}, who);
  std::erase_if(server.bots, [&](const auto& x) { return x.peer == who; });
}

} // namespace troupe::actors
