#include "actors/webhooks/webhook_source.hpp"

#include <algorithm>

namespace troupe::actors {

void webhook_source::handle_joined(const peer_id& who, const std::string& name,
                                   std::chrono::sys_seconds now) {
  if (members_.contains(who))
    return;
  if (!running_) {
    running_ = webhook_room{room_.str(), make_sid("RM_"), now};
    add(webhook_kind::room_started, now);
  }
  const auto& added =
      members_.emplace(who, member{{make_sid("PA_"), who, name, now, {}}, {}})
          .first->second;
  add(webhook_kind::participant_joined, added.facts, {}, now);
}

void webhook_source::handle_renamed(const peer_id& who,
                                    const std::string& name) {
  if (const auto i = members_.find(who); i != members_.end())
    i->second.facts.name = name;
}

void webhook_source::handle_left(const peer_id& who, leave_reason why,
                                 std::chrono::sys_seconds now) {
  auto gone = members_.extract(who);
  if (!gone)
    return;
  auto& x = gone.mapped();
  for (const auto& track : x.tracks)
    add(webhook_kind::track_unpublished, x.facts, track, now);
  x.facts.left = why;
  add(webhook_kind::participant_left, x.facts, {}, now);
}

void webhook_source::handle_published(const protocol::producer_info& what,
                                      std::chrono::sys_seconds now) {
  const auto i = members_.find(what.peer);
  if (i == members_.end())
    return;
  auto& x = i->second;
  x.tracks.push_back({what.id, what.kind});
  add(webhook_kind::track_published, x.facts, x.tracks.back(), now);
}

void webhook_source::handle_withdrawn(const peer_id& of,
                                      const producer_id& what,
                                      std::chrono::sys_seconds now) {
  const auto i = members_.find(of);
  if (i == members_.end())
    return;
  auto& tracks = i->second.tracks;
  const auto gone = std::ranges::find(tracks, what, &webhook_track::sid);
  if (gone == tracks.end())
    return;
  add(webhook_kind::track_unpublished, i->second.facts, *gone, now);
  tracks.erase(gone);
}

void webhook_source::handle_recording_started(
    const protocol::recording_id& which, std::string what,
    std::chrono::sys_seconds now) {
  if (!running_)
    return;
  recorded_.emplace(which, *running_);
  add(webhook_kind::recording_started, now).recording = std::move(what);
}

void webhook_source::handle_recording_ended(const protocol::recording_id& which,
                                            std::string what, bool failed,
                                            std::chrono::sys_seconds now) {
  auto of = recorded_.extract(which);
  if (!of)
    return;
  const auto kind = failed ? webhook_kind::recording_failed
                           : webhook_kind::recording_finished;
  events_.push_back(
      {kind, make_sid("EV_"), now, std::move(of.mapped()), node_});
  events_.back().recording = std::move(what);
}

void webhook_source::handle_empty(std::chrono::sys_seconds now) {
  if (!running_ || !members_.empty())
    return;
  add(webhook_kind::room_finished, now);
  running_.reset();
}

std::optional<webhook_event> webhook_source::poll_event() {
  if (events_.empty())
    return std::nullopt;
  auto out = std::move(events_.front());
  events_.pop_front();
  return out;
}

webhook_event& webhook_source::add(webhook_kind kind,
                                   std::chrono::sys_seconds now) {
  return events_.emplace_back(
      webhook_event{kind, make_sid("EV_"), now, *running_, node_});
}

void webhook_source::add(webhook_kind kind, const webhook_participant& who,
                         std::optional<webhook_track> what,
                         std::chrono::sys_seconds now) {
  auto& x = add(kind, now);
  x.participant = who;
  x.track = std::move(what);
}

std::string webhook_source::make_sid(std::string_view prefix) {
  return std::string{prefix} + random_->alphanumeric(15);
}

} // namespace troupe::actors
