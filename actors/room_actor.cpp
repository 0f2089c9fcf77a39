#include "actors/room_actor.hpp"

#include "actors/ec.hpp"
#include "actors/live_objects.hpp"
#include "actors/log.hpp"
#include "actors/roster.hpp"

#include <caf/stateful_actor.hpp>

#include <unordered_map>

namespace troupe::actors {

namespace {

using protocol::error_code;
namespace event = protocol::event;

/// Small rooms need no more than one message per batch; large ones spread
/// over all cores in pieces of some tenths of a millisecond.
constexpr size_t members_per_shard = 32;

struct room_state {
  using pointer = room_actor::stateful_pointer<room_state>;

  static inline const char* name = "room";

  explicit room_state(pointer self_ptr) : self(self_ptr) {}

  room_actor::behavior_type make_behavior();

  caf::result<room_joined> join(join_room& x);

  void leave(const peer_id& who);

  // Takes the member off the list and tells the others. The room may be empty
  // then, for the moment in which a twin takes the place.
  void remove(const peer_id& who);

  caf::result<producer_entry> find(const find_producer& x);

  void publish(producer_published& x);

  void withdraw(const producer_id& id);

  void set_paused(const producer_id& id, bool paused);

  // Whether the message at hand is from that member's actor. A twin that was
  // replaced may still speak when its id is another's already.
  bool speaks_for(const peer_id& who) const;

  // The same for the owner of a producer.
  bool speaks_for(const producer_id& which) const;

  // Tells everybody but `except`.
  void tell(const protocol::any_event& what, const peer_id& except);

  // Tells everybody, the member itself too, what became of its roster entry.
  void tell_update(const peer_id& who);

  // A member's actor ended without a good-bye, or nobody lists us any more.
  void handle_down(const caf::down_msg& down);

  struct member {
    peer_handle peer;
    session_listener_actor session;
    std::shared_ptr<actors::voice> voice;
    bool named_by_client = false;
    size_t shard = 0;
  };

  struct shard {
    shard_actor actor;
    size_t members = 0;
    bool failed = false;
  };

  // The index of a shard with room for one more, which comes into being when
  // needed.
  size_t choose_shard();

  // Ends the members that were in it, and takes it out of use.
  void end_shard(size_t index);

  pointer self;
  live_object alive{object_kind::room};
  room_id id;
  room_services services;
  room_listener_actor listener;
  uint64_t joins = 0;
  roster people;
  std::shared_ptr<room_voices> voices = std::make_shared<room_voices>();
  std::unordered_map<peer_id, member> members;
  std::vector<shard> shards;
  std::unordered_map<producer_id, producer_entry> entries;
};

room_actor::behavior_type room_state::make_behavior() {
  self->set_down_handler(
      [this](const caf::down_msg& down) { handle_down(down); });
  self->set_error_handler([](caf::error&) {});
  self->monitor(listener);
  return {
      [this](const find_producer& x) { return find(x); },
      [this](const list_room_producers& x) {
        return protocol::reply::producers{people.others(x.asking)};
      },
      [this](producer_published& x) { publish(x); },
      [this](const producer_withdrawn& x) {
        if (speaks_for(x.producer))
          withdraw(x.producer);
      },
      [this](const producer_pause_changed& x) {
        if (speaks_for(x.producer))
          set_paused(x.producer, x.paused);
      },
      [this](const leave_room& x) {
        if (speaks_for(x.peer))
          leave(x.peer);
      },
      [this](join_room& x) { return join(x); },
      [this](const close_room&) {
        if (members.empty())
          self->quit();
      },
  };
}

caf::result<room_joined> room_state::join(join_room& x) {
  ++joins;
  services.shards.load->counters().note_mailbox(mailbox_owner::room,
                                                self->mailbox().size());
  auto who = x.who.id;
  if (auto twin = members.find(who); twin != members.end()) {
    // Others see ids: one that a server made must not be takeable by naming it.
    if (!x.named_by_client || !twin->second.named_by_client)
      return to_caf({error_code::forbidden, "This id is taken"});
    self->send(twin->second.session, session_replaced{});
    self->send(twin->second.peer, close_peer{});
    remove(who);
  }
  if (members.size() >= services.limits.max_members)
    return to_caf({error_code::limit_reached, "The room is full"});
  people.add(x.who);
  self->monitor(x.peer);
  auto place = choose_shard();
  ++shards[place].members;
  auto voice = voices->add(self->clock().now());
  members.emplace(who,
                  member{x.peer, x.session, voice, x.named_by_client, place});
  tell(event::peer_joined{*people.describe(who)}, who);
  log::event(log::level::info, "peer-joined",
             {{"room", id.str()},
              {"peer", who.str()},
              {"members", std::to_string(members.size())}});
  return room_joined{{who, people.participants(), people.others(who)},
                     caf::actor_cast<room_directory_actor>(self),
                     shards[place].actor,
                     std::move(voice)};
}

size_t room_state::choose_shard() {
  for (size_t i = 0; i < shards.size(); ++i)
    if (!shards[i].failed && shards[i].members < members_per_shard)
      return i;
  shards.push_back(
      {spawn_shard(self->system(), services.shards, voices, self->address())});
  self->monitor(shards.back().actor);
  return shards.size() - 1;
}

void room_state::end_shard(size_t index) {
  log::event(
      log::level::error, "shard-failed",
      {{"room", id.str()}, {"members", std::to_string(shards[index].members)}});
  for (const auto& [who, x] : members)
    if (x.shard == index)
      self->send(x.peer, close_peer{});
  shards[index].failed = true;
}

void room_state::leave(const peer_id& who) {
  remove(who);
  if (members.empty())
    self->send(listener, room_emptied{id, joins});
}

void room_state::remove(const peer_id& who) {
  auto i = members.find(who);
  if (i == members.end())
    return;
  self->demonitor(i->second.peer.address());
  --shards[i->second.shard].members;
  voices->remove(i->second.voice);
  members.erase(i);
  for (const auto& gone : people.remove(who)) {
    entries.erase(gone);
    tell(event::producer_closed{gone, who}, who);
  }
  tell(event::peer_left{who}, who);
  log::event(log::level::info, "peer-left",
             {{"room", id.str()},
              {"peer", who.str()},
              {"members", std::to_string(members.size())}});
}

bool room_state::speaks_for(const peer_id& who) const {
  auto i = members.find(who);
  return i != members.end() && self->current_sender()
         && i->second.peer.address() == self->current_sender()->address();
}

bool room_state::speaks_for(const producer_id& which) const {
  const auto* info = people.find(which);
  return info && speaks_for(info->peer);
}

caf::result<producer_entry> room_state::find(const find_producer& x) {
  const auto* info = x.producer ? people.find(*x.producer)
                                : people.next_for(x.asking, x.except);
  if (info)
    return entries.at(info->id);
  return to_caf(protocol::make_error(x.producer ? error_code::producer_not_found
                                                : error_code::no_producer));
}

void room_state::publish(producer_published& x) {
  auto info = x.entry.info;
  if (!speaks_for(info.peer) || !people.publish(info))
    return;
  entries.insert_or_assign(info.id, std::move(x.entry));
  tell(event::producer_added{info}, info.peer);
  tell_update(info.peer);
}

void room_state::withdraw(const producer_id& gone) {
  entries.erase(gone);
  if (auto info = people.withdraw(gone)) {
    tell(event::producer_closed{info->id, info->peer}, info->peer);
    tell_update(info->peer);
  }
}

void room_state::set_paused(const producer_id& which, bool paused) {
  auto info = people.set_paused(which, paused);
  if (!info)
    return;
  entries.at(which).info.paused = paused;
  if (paused)
    tell(event::producer_paused{info->id, info->peer}, info->peer);
  else
    tell(event::producer_resumed{info->id, info->peer}, info->peer);
  tell_update(info->peer);
}

void room_state::tell(const protocol::any_event& what, const peer_id& except) {
  auto shared = std::make_shared<const protocol::any_event>(what);
  for (const auto& [who, x] : members)
    if (who != except)
      self->send(x.session, session_event{shared});
}

void room_state::tell_update(const peer_id& who) {
  if (auto x = people.describe(who))
    tell(event::peer_updated{std::move(*x)}, {});
}

void room_state::handle_down(const caf::down_msg& down) {
  if (down.source == listener.address()) {
    self->quit();
    return;
  }
  for (const auto& [who, x] : members)
    if (x.peer.address() == down.source) {
      leave(peer_id{who});
      return;
    }
  // A shard ends before us by a fault only; its members hear nothing any more.
  for (size_t i = 0; i < shards.size(); ++i)
    if (shards[i].actor.address() == down.source)
      end_shard(i);
}

} // namespace

room_actor spawn_room(caf::actor_system& system, room_id id,
                      room_services services, room_listener_actor listener) {
  return system.spawn([=](room_state::pointer self) {
    self->state.id = id;
    self->state.services = services;
    self->state.listener = listener;
    return self->state.make_behavior();
  });
}

} // namespace troupe::actors
