// How recordings end, and what members and other nodes are told of them.

#include "actors/room/room_state.hpp"

#include <algorithm>
#include <array>

namespace troupe::actors {

namespace {

std::chrono::milliseconds time_since(protocol::wall_time x) {
  return std::max(now_on_wall() - x, std::chrono::milliseconds{});
}

bool is_reason(const std::string& text) {
  using enum recording_end;
  return std::ranges::any_of(
      std::array{stopped, room_ended, disk_full, disk_failed, too_large,
                 shutdown, internal},
      [&](recording_end x) { return to_string(x) == text; });
}

} // namespace

// -- ends ---------------------------------------------------------------------

void room_recording::finish(recording_end why) {
  if (own_->ending)
    return;
  own_->ending = true;
  room_.self->send(own_->actor, finish_recording{why});
}

void room_recording::note_empty() {
  accepted_.clear();
  asked_.clear();
  if (own_) {
    finish(recording_end::room_ended);
    room_.replica.command_all(
        {{},
         "recordingStopped",
         own_->info.id.str(),
         {},
         std::string{to_string(recording_end::room_ended)}});
    finishing_.push_back(std::move(*own_));
    own_.reset();
    room_.self->send(room_.listener, room_recorded{room_.id, {}});
  }
  note_replica();
}

bool room_recording::end(recording_end why) {
  ended_ = true;
  if (own_) {
    finish(why);
    finishing_.push_back(std::move(*own_));
    own_.reset();
  }
  return finishing_.empty();
}

void room_recording::quit_if_done() {
  if (ended_ && finishing_.empty())
    room_.self->quit();
}

void room_recording::handle(const recording_ended& x) {
  if (own_ && own_->info.id == x.id) {
    const auto of = std::move(*own_);
    own_.reset();
    accepted_.clear();
    asked_.clear();
    report_end(of, x);
    const std::string why{to_string(x.why)};
    tell_stopped(x.id, why, std::chrono::milliseconds{x.what.duration});
    room_.replica.command_all({{}, "recordingStopped", x.id.str(), {}, why});
    tell_other_nodes();
    room_.self->send(room_.listener, room_recorded{room_.id, {}});
    return note_replica();
  }
  const auto i = std::ranges::find_if(
      finishing_, [&](const running& of) { return of.info.id == x.id; });
  if (i == finishing_.end())
    return;
  report_end(*i, x);
  finishing_.erase(i);
  quit_if_done();
}

void room_recording::report_end(const running& of, const recording_ended& x) {
  room_.self->demonitor(of.actor.address());
  const auto failed = x.why == recording_end::disk_failed
                      || x.why == recording_end::internal
                      || x.what.state == recording_state::failed;
  uint64_t octets = 0;
  for (const auto& part : x.what.parts)
    octets += part.size;
  log::event(failed ? log::level::error : log::level::info,
             failed ? "recording-failed" : "recording-finished",
             {{"room", room_.id.str()},
              {"recording", x.id.str()},
              {"why", std::string{to_string(x.why)}},
              {"seconds", std::to_string(x.what.duration / 1000)},
              {"files", std::to_string(x.what.parts.size())},
              {"octets", std::to_string(octets)}});
  room_.webhooks.note_recording_ended(x, failed);
}

void room_recording::handle(const recording_degraded& x) {
  log::event(log::level::warn, "recording-degraded",
             {{"room", room_.id.str()}, {"recording", x.id.str()}});
}

bool room_recording::handle_down(const caf::actor_addr& source) {
  const auto died = [&](const running& x) {
    return x.actor.address() == source;
  };
  const running* of = nullptr;
  if (own_ && died(*own_))
    of = &*own_;
  else if (auto i = std::ranges::find_if(finishing_, died);
           i != finishing_.end())
    of = &*i;
  if (!of)
    return false;
  recording_ended x{of->info.id, recording_end::internal, {}};
  x.what.id = of->info.id;
  x.what.title = of->info.title;
  x.what.by = of->info.by;
  x.what.started_at = of->info.started_at;
  x.what.duration = time_since(of->info.started_at).count();
  x.what.state = recording_state::failed;
  handle(x);
  return true;
}

// -- what members and other nodes are told ------------------------------------

void room_recording::tell_started() {
  accepted_.clear();
  asked_.clear();
  room_.audience.notify_all(event::recording_started{*info()}, {});
  if (info()->asks)
    room_.self->send(caf::actor_cast<room_actor>(room_.self),
                     ask_for_consent{});
}

void room_recording::tell_stopped(const recording_id& which,
                                  const std::string& why,
                                  std::chrono::milliseconds duration) {
  room_.audience.notify_all(event::recording_stopped{which, why, duration}, {});
}

void room_recording::tell_other_nodes() {
  for (const auto& [who, x] : room_.members)
    room_.replica.note_member(who);
}

void room_recording::note_replica() {
  auto found = room_.replica.recording_elsewhere(over_);
  if (own_) {
    // Both nodes began at once. The other one finds the same.
    if (found && is_older(*found, own_->info))
      finish(recording_end::stopped);
    return;
  }
  if (elsewhere_ == found)
    return;
  if (elsewhere_ && (!found || found->id != elsewhere_->id))
    tell_stopped(elsewhere_->id,
                 std::string{to_string(recording_end::internal)},
                 time_since(elsewhere_->started_at));
  const auto begins = found && (!elsewhere_ || found->id != elsewhere_->id);
  elsewhere_ = std::move(found);
  if (begins)
    tell_started();
}

void room_recording::end_elsewhere(const recording_id& which,
                                   const std::string& why) {
  if (!elsewhere_ || elsewhere_->id != which || !is_reason(why))
    return;
  over_ = which;
  const auto gone = std::move(*elsewhere_);
  elsewhere_.reset();
  accepted_.clear();
  asked_.clear();
  tell_stopped(which, why, time_since(gone.started_at));
  note_replica();
}

} // namespace troupe::actors
