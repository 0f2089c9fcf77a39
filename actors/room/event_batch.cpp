#include "actors/room/event_batch.hpp"

#include <algorithm>

namespace troupe::actors {

namespace event = protocol::event;
using protocol::any_event;

namespace {

bool changes_list(const any_event& what) {
  return std::holds_alternative<event::peer_joined>(what)
         || std::holds_alternative<event::peer_left>(what)
         || std::holds_alternative<event::peer_updated>(what);
}

// Whether the event can change what a viewer is sent.
bool concerns_media(const any_event& what) {
  return std::holds_alternative<event::producer_added>(what)
         || std::holds_alternative<event::producer_closed>(what)
         || std::holds_alternative<event::producer_paused>(what)
         || std::holds_alternative<event::producer_resumed>(what)
         || std::holds_alternative<event::active_speaker>(what)
         || std::holds_alternative<event::peer_joined>(what)
         || std::holds_alternative<event::peer_left>(what);
}

} // namespace

bool event_batch::concerns_viewers() const {
  return std::ranges::any_of(
      events, [](const auto& x) { return concerns_media(x.what->what()); });
}

std::optional<event_outbox::subject>
event_outbox::subject_of(const any_event& what) {
  enum kind { member, pause, score, speaker, speaking, lock, lobby };
  if (const auto* x = std::get_if<event::peer_updated>(&what))
    return subject{member, x->peer.id.str()};
  if (const auto* x = std::get_if<event::producer_paused>(&what))
    return subject{pause, x->producer.str()};
  if (const auto* x = std::get_if<event::producer_resumed>(&what))
    return subject{pause, x->producer.str()};
  if (const auto* x = std::get_if<event::producer_score>(&what))
    return subject{score, x->producer.str()};
  if (std::holds_alternative<event::active_speaker>(what))
    return subject{speaker, {}};
  if (std::holds_alternative<event::speaking_peers>(what))
    return subject{speaking, {}};
  if (std::holds_alternative<event::room_locked>(what))
    return subject{lock, {}};
  if (std::holds_alternative<event::lobby_changed>(what))
    return subject{lobby, {}};
  return std::nullopt;
}

room_moment event_outbox::admit(protocol::participant who) {
  notify_others(event::peer_joined{std::move(who)}, now_ + 1);
  return now_;
}

void event_outbox::add(any_event what, room_moment about, room_moment except) {
  ++now_;
  if (changes_list(what)) {
    // A member is not sent a list in which only its own entry has changed.
    list_about_ = list_changed_ == 0 || list_about_ == about ? about : 0;
    list_changed_ = now_;
  }
  if (auto x = subject_of(what)) {
    auto& latest = latest_[std::move(*x)];
    if (latest != 0)
      waiting_.erase(
          std::ranges::lower_bound(waiting_, latest, {}, &room_event::when));
    latest = now_;
  }
  waiting_.push_back(
      {std::make_shared<const protocol::shared_event_encoding>(std::move(what)),
       now_, except});
}

std::shared_ptr<const event_batch>
event_outbox::pending_since(room_moment since) const {
  auto first = std::ranges::upper_bound(waiting_, since, {}, &room_event::when);
  if (first == waiting_.end())
    return nullptr;
  auto out = std::make_shared<event_batch>();
  out->events.assign(first, waiting_.end());
  return out;
}

std::shared_ptr<const event_batch>
event_outbox::poll_batch(const roster& people, net::time_point now) {
  auto due = poll_timeout(people.size());
  return due && *due <= now ? flush(people, now) : nullptr;
}

std::shared_ptr<const event_batch> event_outbox::flush(const roster& people,
                                                       net::time_point now) {
  bool lists = list_changed_ != 0 && list_at(people.size()) <= now;
  if (waiting_.empty() && !lists)
    return nullptr;
  auto out = std::make_shared<event_batch>();
  out->events.swap(waiting_);
  latest_.clear();
  last_batch_ = now;
  if (lists) {
    out->participants =
        std::make_shared<const protocol::shared_participants_encoding>(
            people.participants());
    out->participants_changed = std::exchange(list_changed_, 0);
    out->participants_about = std::exchange(list_about_, 0);
    last_list_ = now;
  }
  return out;
}

std::optional<net::time_point>
event_outbox::poll_timeout(size_t members) const {
  std::optional<net::time_point> out;
  if (!waiting_.empty())
    out = batch_at(members);
  if (list_changed_ != 0) {
    auto at = std::max(list_at(members), batch_at(members));
    out = out ? std::min(*out, at) : at;
  }
  return out;
}

net::time_point event_outbox::batch_at(size_t members) const {
  if (!last_batch_ || members <= pacing_.small_room)
    return net::time_point::min();
  return *last_batch_
         + std::clamp<net::duration>(pacing_.per_member * members,
                                     pacing_.shortest, pacing_.longest);
}

net::time_point event_outbox::list_at(size_t members) const {
  if (!last_list_ || members <= pacing_.small_room)
    return net::time_point::min();
  return *last_list_ + pacing_.list_per_member * members;
}

} // namespace troupe::actors
