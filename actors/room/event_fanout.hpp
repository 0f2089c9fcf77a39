#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/room/event_batch.hpp"
#include "actors/room/list_dealer.hpp"
#include "actors/room/session_listener.hpp"

#include <unordered_map>

namespace troupe::actors {

/// Notifies the sessions of a room's visible members, and knows what each was
/// sent so far. The part of the room's actor around `event_outbox`.
class event_fanout {
public:
  /// Adds a member, whose session gets later events, and notifies the others.
  void admit(protocol::participant who, session_listener_actor session) {
    auto id = who.id;
    auto joined_at = outbox_.admit(std::move(who));
    listeners_.insert_or_assign(
        std::move(id), listener{std::move(session), joined_at, joined_at});
  }

  /// Adds a viewer: its session gets later events about media, and the others
  /// are not notified.
  void watch(const peer_id& who, session_listener_actor session) {
    const auto joined_at = outbox_.admit_unseen();
    listeners_.insert_or_assign(
        who, listener{std::move(session), joined_at, joined_at, true});
  }

  /// The member has no session for now, and keeps its join time.
  void lose(const peer_id& who) {
    if (auto i = listeners_.find(who); i != listeners_.end())
      i->second.session = nullptr;
  }

  /// The member has a session again, which gets events from now on.
  void resume(const peer_id& who, session_listener_actor session) {
    if (auto i = listeners_.find(who); i != listeners_.end()) {
      i->second.session = std::move(session);
      i->second.sent_until = outbox_.moment();
    }
  }

  /// The member is sent nothing more. Queue the events about it before.
  void remove(const peer_id& who) {
    listeners_.erase(who);
  }

  /// Drops all members and all waiting events.
  void clear() {
    *this = {};
  }

  /// Notifies all but the member itself.
  void notify_others(protocol::any_event what, const peer_id& about) {
    outbox_.notify_others(std::move(what), joined_at_of(about));
  }

  /// Notifies all members.
  void notify_all(protocol::any_event what, const peer_id& about) {
    outbox_.notify_all(std::move(what), joined_at_of(about));
  }

  /// Sends one member its pending events, so that a response to it does not
  /// arrive before the events about what it contains.
  template <class Self>
  void catch_up(Self* self, const peer_id& who) {
    auto i = listeners_.find(who);
    if (i == listeners_.end())
      return;
    auto& x = i->second;
    if (auto pending = outbox_.pending_since(x.sent_until);
        pending && x.session)
      self->send(x.session, room_events{std::move(pending), x.sent_until,
                                        x.joined_at, self->id()});
    x.sent_until = outbox_.moment();
  }

  /// Sends what is due, and arms a `room_tick` for the rest.
  template <class Self>
  void drain(Self* self, const roster& people) {
    auto now = self->clock().now();
    if (auto batch = outbox_.poll_batch(people, now))
      send_batch(self, std::move(batch), now);
    send_list_portion(self, people, now);
    auto next = outbox_.poll_timeout(people.size());
    if (auto turn = lists_.poll_timeout(); turn && (!next || *turn < *next))
      next = turn;
    timer_.arm(self, next, room_tick{});
  }

  /// Call this when a `room_tick` has arrived.
  void handle_tick(net::time_point now) {
    timer_.fired(now);
  }

private:
  struct listener {
    session_listener_actor session;
    room_moment joined_at = 0;
    // Events up to this moment were sent.
    room_moment sent_until = 0;
    bool viewer = false;
  };

  template <class Self>
  static void send(Self* self, const listener& to,
                   std::shared_ptr<const event_batch> what) {
    if (to.session)
      self->send(to.session, room_events{std::move(what), to.sent_until,
                                         to.joined_at, self->id()});
  }

  // To all members at once, except for a long list.
  template <class Self>
  void send_batch(Self* self, std::shared_ptr<const event_batch> batch,
                  net::time_point now) {
    if (batch->participants && listeners_.size() > list_dealer::at_once) {
      auto list = std::make_shared<event_batch>(*batch);
      list->events.clear();
      std::vector<peer_id> all;
      for (const auto& [who, x] : listeners_)
        if (!x.viewer)
          all.push_back(who);
      lists_.begin(std::move(list), std::move(all), now);
      auto rest = std::make_shared<event_batch>();
      rest->events = batch->events;
      batch = std::move(rest);
    }
    if (!batch->participants && batch->events.empty())
      return;
    const auto to_viewers = batch->concerns_viewers();
    for (const auto& [who, x] : listeners_)
      if (!x.viewer || to_viewers)
        send(self, x, batch);
  }

  // Sends the list to the members whose turn it is, with all changes since it
  // was made: no client must see members reappear that have left.
  template <class Self>
  void send_list_portion(Self* self, const roster& people,
                         net::time_point now) {
    auto turn = lists_.poll_portion(now);
    if (turn.empty())
      return;
    if (auto changed = outbox_.list_changed();
        changed > lists_.list()->participants_changed) {
      auto list = std::make_shared<event_batch>();
      list->participants =
          std::make_shared<const protocol::shared_participants_encoding>(
              people.participants());
      list->participants_changed = changed;
      lists_.renew(std::move(list));
    }
    for (const auto& who : turn)
      if (auto i = listeners_.find(who); i != listeners_.end())
        send(self, i->second, lists_.list());
  }

  room_moment joined_at_of(const peer_id& who) const {
    auto i = listeners_.find(who);
    return i == listeners_.end() ? 0 : i->second.joined_at;
  }

  event_outbox outbox_;
  list_dealer lists_;
  actor_timer timer_;
  std::unordered_map<peer_id, listener> listeners_;
};

} // namespace troupe::actors
