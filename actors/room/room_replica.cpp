// What this node's room tells the other nodes' rooms of the same id.

#include "actors/room/room_replica.hpp"

#include "actors/room/part_entries.hpp"
#include "actors/room/room_state.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace troupe::actors {

void room_replica::begin() {
  const auto& shared = room_.services.cluster;
  if (!shared)
    return;
  cluster_ = shared->cluster;
  clock_.emplace(shared->incarnation);
  static std::atomic<uint64_t> openings{0};
  const part_epoch epoch{shared->incarnation, ++openings};
  union_.emplace(epoch,
                 union_settings{room_.services.limits.reconnect_grace, {}});
  published_ = union_->own().position();
  ready_at_ = now() + patience;
  room_.self->send(
      cluster_,
      attach_room{room_.id, caf::actor_cast<room_replica_actor>(room_.self)});
  timer_.arm(room_.self, ready_at_, replica_tick{});
}

void room_replica::end() {
  if (!clustered())
    return;
  send({}, part_closed{room_.id.str(), union_->own().position().epoch});
  room_.self->send(cluster_, detach_room{room_.id});
  union_.reset();
}

net::time_point room_replica::now() const {
  return room_.self->clock().now();
}

int64_t room_replica::wall_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
      .count();
}

void room_replica::send(std::string node, room_message what) {
  room_.self->send(cluster_,
                   room_message_to{room_.id, std::move(node), std::move(what)});
}

// -- joins --------------------------------------------------------------------

caf::result<room_joined> room_replica::wait(join_room& x) {
  auto promise = room_.self->make_response_promise<room_joined>();
  joins_.push_back({std::move(x), promise});
  return promise;
}

void room_replica::become_ready() {
  if (ready_ || (now() < ready_at_ && !(known_ && union_->complete())))
    return;
  ready_ = true;
  // As if they had come now.
  const auto me = caf::actor_cast<room_actor>(room_.self);
  for (auto waiting = std::exchange(joins_, {}); auto& x : waiting)
    x.promise.delegate(me, std::move(x.request));
}

// -- what happens on this node -----------------------------------------------

void room_replica::add_member(const protocol::participant& who) {
  if (!clustered()
      || union_->own().entries().find({entry_kind::member, who.id.str()}))
    return;
  const auto since = clock_->next(wall_ms());
  union_->set(to_entry(who, room_.members.at(who.id), since,
                       {to_rank(since), false}, room_.recording.own(),
                       room_.recording.accepted_by(who.id)));
  apply();
}

std::optional<uint64_t> room_replica::rank_of(const peer_id& who) const {
  if (!clustered())
    return std::nullopt;
  const auto x = union_->own().entries().find({entry_kind::member, who.str()});
  return x ? std::optional{to_rank(x->since)} : std::nullopt;
}

void room_replica::note_member(const peer_id& who) {
  if (clustered() && room_.members.contains(who))
    changed_.insert(who);
}

void room_replica::remove_member(const peer_id& who) {
  if (!clustered())
    return;
  changed_.erase(who);
  union_->remove({entry_kind::member, who.str()});
}

void room_replica::remove_all() {
  if (!clustered())
    return;
  for (const auto& [who, member] : room_.members)
    remove_member(who);
  remote_.clear();
}

void room_replica::note_voices() {
  if (!clustered() || neighbours_.empty())
    return;
  auto heard = room_.speech.recent_volumes(now());
  std::erase_if(heard, [this](const auto& x) {
    return !room_.members.contains(x.peer) || !room_.people.audible(x.peer);
  });
  if (heard.empty())
    return;
  std::ranges::sort(heard, std::ranges::greater{},
                    &protocol::event::peer_volume::volume);
  heard.resize(std::min(heard.size(), max_voices));
  voices_heard out{room_.id.str(), {}, {}};
  for (const auto& x : heard) {
    out.peers.push_back(x.peer.str());
    out.levels.push_back(static_cast<int8_t>(std::clamp(x.volume, -127, 0)));
  }
  send({}, std::move(out));
}

template <class Facts>
void room_replica::set_producer(const Facts& x, entry_key key) {
  if (!clustered() || !room_.members.contains(x.info.peer))
    return;
  const auto known = union_->own().entries().find(key);
  union_->set(to_entry(x, known ? known->since : clock_->next(wall_ms())));
}

void room_replica::note_producer(const producer_facts& x) {
  set_producer(x, {entry_kind::producer, x.info.id.str()});
}

void room_replica::note_producer(const data_producer_facts& x) {
  set_producer(x, {entry_kind::data_producer, x.info.id.str()});
}

void room_replica::remove_producer(const producer_id& which) {
  if (clustered())
    union_->remove({entry_kind::producer, which.str()});
}

void room_replica::remove_producer(const data_producer_id& which) {
  if (clustered())
    union_->remove({entry_kind::data_producer, which.str()});
}

void room_replica::lock(bool locked, const peer_id& by) {
  if (clustered() && union_->lock().locked != locked)
    union_->set_lock({locked, clock_->next(wall_ms()), by.str()});
}

void room_replica::command(const peer_id& to, member_command what) {
  if (!clustered())
    return;
  what.room = room_.id.str();
  what.peer = to.str();
  auto node = node_of(to);
  if (to.empty() || !node.empty())
    send(std::move(node), std::move(what));
}

void room_replica::command_all(member_command what) {
  if (!clustered())
    return;
  what.room = room_.id.str();
  send({}, std::move(what));
}

std::optional<protocol::recording_info>
room_replica::recording_elsewhere(const recording_id& over) const {
  const protocol::recording_info* out = nullptr;
  for (const auto& [who, x] : remote_)
    if (x.recording && x.recording->id != over
        && (!out || is_older(*x.recording, *out)))
      out = &*x.recording;
  return out ? std::optional{*out} : std::nullopt;
}

void room_replica::drain() {
  if (!clustered())
    return;
  apply();
  auto next = union_->poll_timeout();
  const auto sooner = [&](net::time_point at) {
    if (!next || at < *next)
      next = at;
  };
  if (!changed_.empty() || !dismissed_.empty()
      || published_ != union_->own().position())
    sooner(now() + interval);
  for (const auto& [node, x] : neighbours_)
    if (x.asked && union_->wanted_from(node))
      sooner(*x.asked + ask_again);
  if (!ready_)
    sooner(ready_at_);
  timer_.arm(room_.self, next, replica_tick{});
}

void room_replica::handle_tick() {
  if (!clustered())
    return;
  timer_.fired(now());
  union_->handle_timeout(now());
  prune();
  for (const auto& who : std::exchange(dismissed_, {}))
    if (room_.members.contains(who))
      room_.dismiss(who, protocol::end_reason::replaced,
                    {leave_reason::taken_over});
  chat_.handle_tick(now());
  publish();
  ask();
  become_ready();
}

} // namespace troupe::actors
