#include "actors/base/caf_error.hpp"
#include "actors/room/room_state.hpp"

#include <algorithm>

/// The data channels of a room.
namespace troupe::actors {

namespace {

/// The first data producer that the member may consume, and that is not in
/// `except`: another member's, or the server's own, which come last and have an
/// empty id as their owner; or a producer of the member itself if `own`.
const data_producer_facts*
find_next(const producer_directory<data_producer_facts>& data,
          const peer_id& asking, const std::vector<data_producer_id>& except,
          bool own) {
  auto excepted = [&](const data_producer_facts& x) {
    return std::ranges::find(except, x.info.id) != except.end();
  };
  if (own)
    return data.next_of(asking, excepted);
  const auto* found =
      data.next_for(asking, 0, [&](const data_producer_facts& x) {
        return x.info.peer.empty() || excepted(x);
      });
  return found ? found : data.next_of({}, excepted);
}

} // namespace

caf::result<data_producer_entry> room_state::find(const find_data_producer& x) {
  const auto* who = sender();
  if (!who)
    return to_caf(protocol::make_error(error_code::not_joined));
  audience.catch_up(self, *who);
  const auto* found = x.producer ? data.find(*x.producer)
                                 : find_next(data, *who, x.except, false);
  if (!found && !x.producer && x.own_if_alone && people.size() == 1)
    found = find_next(data, *who, x.except, true);
  if (found && replica.is_remote(found->info.peer))
    return data_relays.relay(*found);
  if (found)
    return data_producer_entry{*found, data_handles.at(found->info.id)};
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

caf::result<reply::chat_history> room_state::chat_history() {
  const auto* who = sender();
  if (!who || !people.contains(*who)) // or it is hidden
    return to_caf(protocol::make_error(error_code::not_joined));
  return replica.chat_history();
}

void room_state::publish(data_producer_published& x) {
  const auto* who = sender();
  if (!who)
    return;
  auto& facts = x.entry.facts;
  facts.info.peer = *who;
  auto info = facts.info;
  if (facts.for_server)
    return add_bot(x.entry);
  if (!data.publish(std::move(facts)))
    return;
  chat.follow(self->system(), info, x.entry.producer, name_of(info.peer),
              caf::actor_cast<chat_keeper_actor>(self));
  data_handles.insert_or_assign(info.id, std::move(x.entry.producer));
  replica.note_producer(*data.find(info.id));
  audience.notify_others(event::data_producer_added{info}, info.peer);
}

void room_state::withdraw(const data_producer_id& gone) {
  data_handles.erase(gone);
  replica.remove_producer(gone);
  auto facts = data.withdraw(gone);
  if (!facts)
    return;
  chat.forget(facts->info);
  audience.notify_others(
      event::data_producer_closed{facts->info.id, facts->info.peer},
      facts->info.peer);
}

void room_state::set_paused(const data_producer_pause_changed& x) {
  if (const auto* facts = data.set_paused(x.producer, x.paused))
    replica.note_producer(*facts);
}

bool room_state::sender_owns(const data_producer_id& which) const {
  const auto* facts = data.find(which);
  const auto* who = sender();
  return facts && who && facts->info.peer == *who;
}

void room_state::remove_data_of(const peer_id& who) {
  for (const auto& gone : data.remove(who)) {
    data_handles.erase(gone);
    audience.notify_others(event::data_producer_closed{gone, who}, who);
  }
  chat.forget(who);
  std::erase_if(server.bots, [&](const auto& x) { return x.peer == who; });
}

} // namespace troupe::actors
