#include "actors/room_actor.hpp"

#include "actors/ec.hpp"
#include "actors/live_objects.hpp"
#include "actors/log.hpp"
#include "actors/mailbox_length.hpp"
#include "actors/room_audience.hpp"
#include "actors/room_rules.hpp"
#include "actors/roster.hpp"
#include "actors/speaker_detector.hpp"

#include <caf/stateful_actor.hpp>

#include <unordered_map>

namespace troupe::actors {

namespace {

using protocol::error_code;
namespace event = protocol::event;
namespace verb = protocol::verb;
namespace reply = protocol::reply;

/// Small rooms need no more than one message per batch; large ones spread
/// over all cores in pieces of some tenths of a millisecond.
constexpr size_t members_per_shard = 32;

struct room_state {
  using pointer = room_actor::stateful_pointer<room_state>;

  static inline const char* name = "room";

  explicit room_state(pointer self_ptr) : self(self_ptr) {}

  room_actor::behavior_type make_behavior();

  caf::result<room_joined> join(join_room& x);

  caf::result<reply::joined> announce(announce_member& x);

  // Puts a member on the list, and tells the others. Returns what there is to
  // tell it.
  reply::joined show(protocol::participant who, std::optional<bool> moderates);

  void rename(rename_member& x);

  void leave(const peer_id& who);

  // Puts a member out.
  void dismiss(const peer_id& who, protocol::end_reason why);

  // What moderators ask for.
  caf::result<done> moderate(const moderate_room& x);
  caf::result<done> administer(const administer_room& x);
  caf::result<done> carry_out(const peer_id& by, const verb::kick& x);
  caf::result<done> carry_out(const peer_id& by, const verb::mute& x);
  caf::result<done> carry_out(const peer_id& by, const verb::lock_room& x);
  caf::result<done> carry_out(const peer_id& by, const verb::end_room& x);

  // There is no member left.
  void become_empty();

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

  // Sends the news that are due. Whatever may tell something ends in it.
  void drain() {
    audience.drain(self, people);
  }

  // Tells everybody, the member itself too, what became of its roster entry.
  void tell_update(const peer_id& who);

  // Finds out who speaks, and tells what has changed.
  void sample_voices();

  // Sees to it that this happens as long as it can bring anything.
  void keep_sampling();

  // A member's actor ended without a good-bye, or nobody lists us any more.
  void handle_down(const caf::down_msg& down);

  struct member {
    peer_handle peer;
    session_listener_actor session;
    std::shared_ptr<actors::voice> voice;
    bool named_by_client = false;
    size_t shard = 0;
    bool hidden = false;
    std::optional<bool> moderates = {};
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
  room_audience audience;
  room_rules rules;
  room_quotas quotas;
  std::shared_ptr<room_voices> voices = std::make_shared<room_voices>();
  speaker_detector speakers;
  bool sampling = false; // a tick is on its way
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
        audience.catch_up(self, x.asking);
        return reply::producers{people.others(x.asking)};
      },
      [this](producer_published& x) {
        publish(x);
        drain();
      },
      [this](const producer_withdrawn& x) {
        if (speaks_for(x.producer))
          withdraw(x.producer);
        drain();
      },
      [this](const producer_pause_changed& x) {
        if (speaks_for(x.producer))
          set_paused(x.producer, x.paused);
        drain();
      },
      [this](const leave_room& x) {
        if (speaks_for(x.peer))
          leave(x.peer);
        drain();
      },
      [this](announce_member& x) { return announce(x); },
      [this](rename_member& x) {
        rename(x);
        drain();
      },
      [this](const moderate_room& x) {
        auto answer = moderate(x);
        drain();
        return answer;
      },
      [this](join_room& x) {
        auto answer = join(x);
        drain();
        return answer;
      },
      [this](const close_room&) {
        if (members.empty())
          self->quit();
      },
      [this](const get_room_report&) {
        return make_report(id, people, rules, members, entries);
      },
      [this](const administer_room& x) { return administer(x); },
      [this](const room_tick&) {
        audience.handle_tick(self->clock().now());
        drain();
      },
      [this](const voices_tick&) {
        sample_voices();
        drain();
      },
  };
}

caf::result<room_joined> room_state::join(join_room& x) {
  ++joins;
  services.shards.load->counters().note_mailbox(mailbox_owner::room,
                                                mailbox_length(self));
  auto who = x.who.id;
  if (auto twin = members.find(who); twin != members.end()) {
    // Others see ids: one that a server made must not be takeable by naming it.
    if (!x.named_by_client || !twin->second.named_by_client)
      return to_caf({error_code::forbidden, "This id is taken"});
    dismiss(who, protocol::end_reason::replaced);
  } else if (!rules.admits(x.moderates)) {
    return to_caf({error_code::forbidden, "The room is locked"});
  }
  if (members.size() >= services.limits.max_members)
    return to_caf({error_code::limit_reached, "The room is full"});
  self->monitor(x.peer);
  auto place = choose_shard();
  ++shards[place].members;
  auto voice = voices->add(self->clock().now());
  members.emplace(who, member{x.peer, x.session, voice, x.named_by_client,
                              place, x.hidden, x.moderates});
  log::event(log::level::info, "peer-joined",
             {{"room", id.str()},
              {"peer", who.str()},
              {"members", std::to_string(members.size())}});
  return room_joined{x.hidden ? reply::joined{who, {}, {}}
                              : show(std::move(x.who), x.moderates),
                     caf::actor_cast<room_directory_actor>(self),
                     shards[place].actor, std::move(voice), quotas};
}

caf::result<reply::joined> room_state::announce(announce_member& x) {
  if (!speaks_for(x.who.id))
    return to_caf(protocol::make_error(error_code::not_joined));
  auto& newcomer = members.at(x.who.id);
  if (!std::exchange(newcomer.hidden, false))
    return to_caf(protocol::make_error(error_code::already_joined));
  return show(std::move(x.who), newcomer.moderates);
}

reply::joined room_state::show(protocol::participant who,
                               std::optional<bool> moderates) {
  auto id_of = who.id;
  people.add(std::move(who));
  rules.add(id_of, moderates);
  audience.admit(*people.describe(id_of), members.at(id_of).session);
  drain();
  return {id_of, people.participants(), people.others(id_of)};
}

void room_state::rename(rename_member& x) {
  if (speaks_for(x.peer) && people.rename(x.peer, std::move(x.name)))
    tell_update(x.peer);
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
    become_empty();
}

void room_state::become_empty() {
  rules.lock(false); // whoever comes before the room closes, comes to a new one
  self->send(listener, room_emptied{id, joins});
}

void room_state::dismiss(const peer_id& who, protocol::end_reason why) {
  self->send(members.at(who).peer, dismiss_peer{why});
  remove(who);
}

void room_state::remove(const peer_id& who) {
  auto i = members.find(who);
  if (i == members.end())
    return;
  self->demonitor(i->second.peer.address());
  --shards[i->second.shard].members;
  voices->remove(i->second.voice);
  auto hidden = i->second.hidden;
  members.erase(i);
  rules.remove(who);
  speakers.remove(who);
  for (const auto& gone : people.remove(who)) {
    entries.erase(gone);
    audience.tell_others(event::producer_closed{gone, who}, who);
  }
  if (!hidden)
    audience.tell_others(event::peer_left{who}, who);
  audience.remove(who);
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
  audience.catch_up(self, x.asking);
  const auto* info = x.producer ? people.find(*x.producer)
                                : people.next_for(x.asking, x.except);
  if (!info && !x.producer && x.own_if_alone && people.size() == 1)
    info = people.next_own(x.asking, x.except);
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
  audience.tell_others(event::producer_added{info}, info.peer);
  tell_update(info.peer);
  keep_sampling();
}

void room_state::withdraw(const producer_id& gone) {
  entries.erase(gone);
  if (auto info = people.withdraw(gone)) {
    audience.tell_others(event::producer_closed{info->id, info->peer},
                         info->peer);
    tell_update(info->peer);
  }
}

void room_state::set_paused(const producer_id& which, bool paused) {
  auto info = people.set_paused(which, paused);
  if (!info)
    return;
  entries.at(which).info.paused = paused;
  if (paused)
    audience.tell_others(event::producer_paused{info->id, info->peer},
                         info->peer);
  else
    audience.tell_others(event::producer_resumed{info->id, info->peer},
                         info->peer);
  tell_update(info->peer);
  keep_sampling();
}

void room_state::sample_voices() {
  sampling = false;
  auto now = self->clock().now();
  std::vector<event::peer_volume> heard;
  for (const auto& [who, x] : members)
    if (auto volume = x.voice->heard(now, speaker_detector::interval);
        volume && people.audible(who))
      heard.push_back({who, *volume});
  speakers.handle_sample(std::move(heard));
  while (auto changed = speakers.poll_event())
    audience.tell_all(std::move(*changed), {});
  keep_sampling();
}

void room_state::keep_sampling() {
  if (sampling || (!people.audible() && speakers.idle()))
    return;
  sampling = true;
  self->delayed_send(self, speaker_detector::interval, voices_tick{});
}

void room_state::tell_update(const peer_id& who) {
  if (auto x = people.describe(who))
    audience.tell_all(event::peer_updated{std::move(*x)}, who);
}

caf::result<done> room_state::moderate(const moderate_room& x) {
  if (!speaks_for(x.by) || !rules.may_moderate(x.by))
    return to_caf(protocol::make_error(error_code::forbidden));
  return std::visit([&](const auto& what) { return carry_out(x.by, what); },
                    x.what);
}

caf::result<done> room_state::administer(const administer_room& x) {
  auto answer = std::visit(
      [this](const auto& what) { return carry_out({}, what); }, x.what);
  drain();
  return answer;
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::kick& x) {
  if (!people.contains(x.peer))
    return to_caf({error_code::bad_request, "peerId: not in the room"});
  if (x.peer == by)
    return to_caf({error_code::bad_request, "peerId: one's own"});
  log::event(log::level::info, "peer-kicked",
             {{"room", id.str()}, {"peer", x.peer.str()}, {"by", by.str()}});
  dismiss(x.peer, protocol::end_reason::kicked);
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id&, const verb::mute& x) {
  if (!people.contains(x.peer))
    return to_caf({error_code::bad_request, "peerId: not in the room"});
  self->send(members.at(x.peer).peer, mute_peer{x.kind});
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::lock_room& x) {
  if (rules.locked() != x.locked)
    audience.tell_others(event::room_locked{x.locked}, by);
  rules.lock(x.locked);
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::end_room&) {
  log::event(log::level::info, "room-ended",
             {{"room", id.str()}, {"by", by.str()}});
  // The answer first: with the peer goes who waits for it.
  auto promise = self->make_response_promise<done>();
  promise.deliver(done{});
  for (const auto& [who, x] : members) {
    self->demonitor(x.peer.address());
    voices->remove(x.voice);
    --shards[x.shard].members;
    self->send(x.peer, dismiss_peer{protocol::end_reason::room_closed});
  }
  members.clear();
  entries.clear();
  audience.clear();
  people = {};
  rules = {};
  speakers = {};
  become_empty();
  return promise;
}

void room_state::handle_down(const caf::down_msg& down) {
  if (down.source == listener.address()) {
    self->quit();
    return;
  }
  for (const auto& [who, x] : members)
    if (x.peer.address() == down.source) {
      leave(peer_id{who});
      drain();
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
    const auto& limits = self->state.services.limits;
    self->state.quotas = {std::make_shared<quota>(limits.max_producers),
                          std::make_shared<quota>(limits.max_consumers)};
    return self->state.make_behavior();
  });
}

} // namespace troupe::actors
